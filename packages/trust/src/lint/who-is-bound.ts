import { parseArn } from "../arn.ts";
import { isNegated, type ConditionEntry } from "./condition-entries.ts";
import { covers, demands, type LintStatement } from "./lint-statement.ts";
import { isEverybody } from "./principals.ts";
import { isUnresolved } from "./unresolved.ts";

const ORGANIZATION_KEYS = new Set(["aws:principalorgid", "aws:principalorgpaths", "aws:principalorgmasteraccountid"]);
const ACCOUNT_KEYS = new Set(["aws:principalaccount"]);
const ARN_KEYS = new Set(["aws:principalarn"]);
const ID_KEYS = new Set(["aws:userid"]);
const IDENTITY_KEYS = new Set([...ORGANIZATION_KEYS, ...ACCOUNT_KEYS, ...ARN_KEYS, ...ID_KEYS]);

/** Whether a condition of the statement binds who calls: to an organization, to accounts or to ARNs. */
export function bindsIdentity(statement: LintStatement): boolean {
  return (
    demands(statement, new Set([...ORGANIZATION_KEYS, ...ACCOUNT_KEYS, ...ID_KEYS]), startsWithText) ||
    demands(statement, ARN_KEYS, namesAccount)
  );
}

/** Whether a condition narrows an account to some of its principals. */
export function bindsPrincipal(statement: LintStatement): boolean {
  return (
    demands(statement, ARN_KEYS, namesPrincipal) ||
    demands(statement, ID_KEYS, startsWithText) ||
    demands(statement, (key) => key.startsWith("aws:principaltag/"))
  );
}

/** Whether a condition keeps everybody out who is not in one of these organizations, or in any when none is given. */
export function bindsOrganization(statement: LintStatement, organization?: string): boolean {
  return demands(statement, ORGANIZATION_KEYS, (value) =>
    organization === undefined ? startsWithText(value) : isUnresolved(value) || value.startsWith(organization),
  );
}

/** Whether some Deny keeps all callers out but those of an organization, of accounts or of ARNs. */
export function othersAreDenied(trust: readonly LintStatement[]): boolean {
  return trust.some(
    (statement) =>
      statement.effect === "Deny" &&
      statement.principals.some(isEverybody) &&
      covers(statement, "sts:AssumeRole") &&
      statement.conditions.length === 1 &&
      statement.conditions.every(
        (entry) => isNegated(entry) && IDENTITY_KEYS.has(entry.key) && entry.values.every(saysWho(entry)),
      ),
  );
}

function saysWho({ key }: ConditionEntry): (value: string) => boolean {
  return ARN_KEYS.has(key) ? namesAccount : startsWithText;
}

/** The part before the first wildcard tells something. */
function startsWithText(value: string): boolean {
  return isUnresolved(value) || /^[^*?]{2}/.test(value);
}

function namesAccount(value: string): boolean {
  const account = parseArn(value)?.account;
  return isUnresolved(value) || (account !== undefined && /^\d{12}$/.test(account));
}

function namesPrincipal(value: string): boolean {
  if (isUnresolved(value)) return true;
  const resource = parseArn(value)?.resource;
  // `role/*` is everybody again; `role/team/*` is a path.
  return resource !== undefined && /^[a-z-]+\/[^*?]/.test(resource);
}
