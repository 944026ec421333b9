import { type Condition, isUnresolved, parseArn, type Statement } from "@agent-roles/iam";
import { ASSUME_ACTIONS } from "../requested-actions.ts";
import { certainPart, demands, withoutVariables } from "./conditions.ts";
import { covers, isEveryone, principalsOf } from "./statements.ts";

const ORGANIZATION = /^o-[a-z0-9]{10}/;
const ACCOUNT = /^\d{12}/;
/** Of a user or a role, before the session's name; of an account. */
const UNIQUE_ID = /^A[A-Z]{3}[A-Z0-9]{16}|^\d{12}/;

/** Keys that say who calls, and how much of a value says it before a wildcard may stand: less is shared with strangers. */
const WHOLE: ReadonlyMap<string, RegExp> = new Map([
  ["aws:principalorgid", ORGANIZATION],
  ["aws:principalorgpaths", ORGANIZATION],
  ["aws:principalorgmasteraccountid", ACCOUNT],
  ["aws:principalaccount", ACCOUNT],
  ["aws:userid", UNIQUE_ID],
]);
const ORGANIZATION_KEYS = new Set(["aws:principalorgid", "aws:principalorgpaths", "aws:principalorgmasteraccountid"]);
const ARN = "aws:principalarn";

/** Whether a condition of the statement binds who calls: to an organization, to accounts or to ARNs. */
export function bindsIdentity(statement: Statement): boolean {
  return demands(statement, isIdentityKey, saysWho);
}

/** Whether a condition narrows an account to some of its principals. */
export function bindsPrincipal(statement: Statement): boolean {
  return (
    demands(statement, new Set([ARN]), namesPrincipal) ||
    demands(statement, new Set(["aws:userid"]), saysWho) ||
    demands(statement, (key) => key.startsWith("aws:principaltag/"))
  );
}

/** Whether a condition keeps everybody out who is not in the organization. */
export function bindsOrganization(statement: Statement, organization: string): boolean {
  return demands(statement, ORGANIZATION_KEYS, (value, entry) => {
    const certain = certainPart(value, entry);
    return isUnresolved(certain) || certain.split("/")[0] === organization;
  });
}

/** Whether some Deny keeps all callers of a statement out but those of an organization, of accounts or of ARNs. */
export function othersAreDenied(allowed: Statement, trust: readonly Statement[]): boolean {
  const calls = ASSUME_ACTIONS.filter((action) => covers(allowed, action));
  return trust.some(
    (statement) =>
      statement.effect === "Deny" &&
      principalsOf(statement).some(isEveryone) &&
      calls.every((action) => covers(statement, action)) &&
      statement.conditions.length === 1 &&
      statement.conditions.every(deniesOthers),
  );
}

/** `ForAnyValue` is false for whoever has no such key at all, and so denies nothing to a caller outside organizations. */
function deniesOthers(entry: Condition): boolean {
  const { operator, qualifier, key, values } = entry;
  if (!operator?.negated || !isIdentityKey(key)) return false;
  return qualifier !== "ForAnyValue" && values.every((value) => saysWho(value, entry));
}

function isIdentityKey(key: string): boolean {
  return WHOLE.has(key) || key === ARN;
}

function saysWho(value: string, entry: Condition): boolean {
  if (entry.key === ARN) return namesAccount(value, entry);
  const certain = certainPart(value, entry);
  return certain === value || isUnresolved(certain) || WHOLE.get(entry.key)?.test(certain) === true;
}

function namesAccount(value: string, entry: Condition): boolean {
  const text = readablePart(value, entry);
  const account = parseArn(text)?.account;
  if (account === undefined) return isUnresolved(certainPart(value, entry));
  return certainPart(account, entry) === account && (/^\d{12}$/.test(account) || isUnresolved(account));
}

function namesPrincipal(value: string, entry: Condition): boolean {
  // `role/*` is everybody again; `role/team/*` is a path.
  return resourceHas(/^[a-z-]+\/./, readablePart(value, entry), entry);
}

/** Whether an ARN tells a resource, be it by the beginning of its name; its kind, `cluster/*`, is any of the account. */
export function namesResource(value: string, entry: Condition): boolean {
  // Names of other resources have no colons, so that a wildcard goes over none but those of the ARN.
  return resourceHas(/[/:]./, withoutVariables(value), entry);
}

function resourceHas(name: RegExp, text: string, entry: Condition): boolean {
  const resource = parseArn(text)?.resource;
  const certain = certainPart(resource ?? text, entry);
  return isUnresolved(certain) || (resource !== undefined && name.test(certain));
}

/** What can be split into the parts of an ARN: in the operators of text a wildcard goes over the colons. */
function readablePart(value: string, entry: Condition): string {
  return /arn/i.test(entry.written) ? withoutVariables(value) : certainPart(value, entry);
}
