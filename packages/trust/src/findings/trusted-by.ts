import type { Statement } from "@agent-roles/iam";
import { roleKey } from "../access/callers.ts";
import { isDemand } from "./conditions.ts";
import { allowsAssuming, isEveryone, principalsOf } from "./statements.ts";

/** The principals of a trust policy, read once so that a thousand roles are not compared with each other. */
export interface TrustedBy {
  readonly everybody: boolean;
  /** Accounts as a whole. */
  readonly accounts: ReadonlySet<string>;
  /** Single roles as `account/name`, named as principal or by `aws:PrincipalArn`. */
  readonly roles: ReadonlySet<string>;
}

/** Lists the principals that the Allow statements name. */
export function readTrustedBy(trust: readonly Statement[]): TrustedBy {
  let everybody = false;
  const accounts = new Set<string>();
  const keys: (string | undefined)[] = [];
  for (const statement of trust.filter(allowsAssuming)) {
    const narrowed = narrowedTo(statement);
    for (const principal of principalsOf(statement)) {
      const wide = isEveryone(principal) || principal.wholeAccount;
      if (wide && narrowed) keys.push(...narrowed);
      else if (isEveryone(principal)) everybody = true;
      else if (principal.wholeAccount && principal.account) accounts.add(principal.account);
      else if (principal.type === "AWS") keys.push(roleKey(principal.value));
    }
  }
  return { everybody, accounts, roles: new Set(keys.filter((key) => key !== undefined)) };
}

/** The roles that `aws:PrincipalArn` admits; `undefined` when it does not narrow to certain ones. */
function narrowedTo({ conditions }: Statement): readonly string[] | undefined {
  const values = conditions
    .filter((entry) => entry.key === "aws:principalarn" && isDemand(entry))
    .flatMap((entry) => entry.values);
  if (values.length === 0 || values.some((value) => /[*?]/.test(value))) return undefined;
  return values.flatMap((value) => roleKey(value) ?? []);
}
