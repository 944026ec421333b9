import { isDemand, takesWildcards, type ConditionEntry } from "./condition-entries.ts";
import { covers, demands, type LintStatement } from "./lint-statement.ts";
import { isUnresolved } from "./unresolved.ts";

/** GitHub Actions' issuer. */
export const GITHUB = "token.actions.githubusercontent.com";

/** Claims that say who the token is for. */
const AUDIENCE = ["aud", "app_id", "oaud"];
/** Claims that say whose token it is; any of them may stand for the subject. */
const SUBJECT = [
  "sub",
  "amr",
  "email",
  "id",
  "user_id",
  "repository",
  "repository_id",
  "repository_owner",
  "repository_owner_id",
  "job_workflow_ref",
];

/** The issuers, without `https://`, whose tokens a statement takes. */
export function oidcProviders(statement: LintStatement): readonly string[] {
  if (statement.effect !== "Allow" || !covers(statement, "sts:AssumeRoleWithWebIdentity")) return [];
  return statement.principals.flatMap(({ type, value, arn }) => {
    if (type !== "Federated" || isUnresolved(value) || value === "*") return [];
    if (arn) return arn.resource.startsWith("oidc-provider/") ? [arn.resource.slice("oidc-provider/".length)] : [];
    return [value];
  });
}

/** Whether the statement says whom the token has to be for. */
export function demandsAudience(statement: LintStatement, provider: string): boolean {
  return demandsClaim(statement, provider, AUDIENCE);
}

/** Whether the statement says whose token it has to be, be it with wildcards. */
export function demandsSubject({ conditions }: LintStatement, provider: string): boolean {
  const keys = new Set(SUBJECT.map((claim) => `${provider}:${claim}`.toLowerCase()));
  return conditions.some((entry) => isDemand(entry) && keys.has(entry.key) && entry.values.length > 0);
}

/** Whether one of the claims has to have a certain value. */
export function demandsClaim(statement: LintStatement, provider: string, claims: readonly string[]): boolean {
  return demands(statement, new Set(claims.map((claim) => `${provider}:${claim}`.toLowerCase())));
}

/** The `sub` values that a statement admits, each with whether `*` is a wildcard in it; unresolved ones are left out. */
export function subjects(
  { conditions }: LintStatement,
  provider: string,
): readonly { readonly value: string; readonly wildcards: boolean; readonly entry: ConditionEntry }[] {
  const key = `${provider}:sub`.toLowerCase();
  return conditions
    .filter((entry) => entry.key === key && isDemand(entry))
    .flatMap((entry) => entry.values.map((value) => ({ value, wildcards: takesWildcards(entry), entry })))
    .filter(({ value }) => !isUnresolved(value));
}
