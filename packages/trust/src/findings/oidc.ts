import { type Condition, isUnresolved, type Statement } from "@agent-roles/iam";
import { demands, isDemand, saysSomething } from "./conditions.ts";
import { covers, principalsOf } from "./statements.ts";

/** GitHub Actions' issuer. */
export const GITHUB = "token.actions.githubusercontent.com";

const OIDC = "oidc-provider/";

/** Claims that say who the token is for. */
const AUDIENCE = ["aud", "app_id", "oaud"];
/** Claims that say whose token it is; any of them may stand for the subject. */
const SUBJECT = [
  "sub",
  "email",
  "id",
  "user_id",
  "repository",
  "repository_id",
  "repository_owner",
  "repository_owner_id",
  "job_workflow_ref",
];
/** Of Amazon Cognito `amr` is enough: with the audience, a pool, it tells who has signed in. Elsewhere it tells how. */
const COGNITO = "cognito-identity.amazonaws.com";

/** The issuers, without `https://`, whose tokens a statement takes; one that is not known reads `${…}`. */
export function oidcProviders(statement: Statement): readonly string[] {
  if (statement.effect !== "Allow" || !covers(statement, "sts:AssumeRoleWithWebIdentity")) return [];
  if (statement.conditions.some(({ unreadable = "" }) => isUnresolved(unreadable))) return [];
  return principalsOf(statement).flatMap(({ type, value, arn }) => {
    if (type !== "Federated" || value === "*") return [];
    const name = arn?.resource ?? value;
    if (name.startsWith(OIDC)) return [name.slice(OIDC.length)];
    // What is not known at all may be a SAML provider where the statement lets one call.
    const known = name.startsWith("${") ? !covers(statement, "sts:AssumeRoleWithSAML") : !arn;
    return known ? [name] : [];
  });
}

/** Whether the statement says whom the token has to be for. */
export function demandsAudience(statement: Statement, provider: string): boolean {
  return demandsClaim(statement, provider, AUDIENCE);
}

/** Whether the statement says whose token it has to be, be it with wildcards. */
export function demandsSubject(statement: Statement, provider: string): boolean {
  return demandedSubjects(statement, provider).length > 0;
}

/** The conditions that say whose token it has to be. Of `sub` any; of other claims those that are more than wildcards. */
export function demandedSubjects(statement: Statement, provider: string): readonly Condition[] {
  const claims = provider === COGNITO ? [...SUBJECT, "amr"] : SUBJECT;
  return statement.conditions.filter(
    (entry) =>
      isDemand(entry) &&
      isClaim(entry.key, provider, claims) &&
      entry.values.length > 0 &&
      (claimOf(entry) === "sub" || entry.values.every((value) => saysSomething(value, entry))),
  );
}

/** `sub` of `token.actions.githubusercontent.com:sub`, in lower case. */
export function claimOf({ key }: Condition): string {
  return key.slice(key.lastIndexOf(":") + 1);
}

/** Whether one of the claims has to have a certain value. */
export function demandsClaim(statement: Statement, provider: string, claims: readonly string[]): boolean {
  return demands(statement, (key) => isClaim(key, provider, claims));
}

/** The `sub` values that a statement admits, each with whether `*` is a wildcard in it; unresolved ones are left out. */
export function subjects(
  { conditions }: Statement,
  provider: string,
): readonly { readonly value: string; readonly wildcards: boolean; readonly entry: Condition }[] {
  return conditions
    .filter((entry) => isClaim(entry.key, provider, ["sub"]) && isDemand(entry))
    .flatMap((entry) => entry.values.map((value) => ({ value, wildcards: entry.operator?.wildcards === true, entry })))
    .filter(({ value }) => !isUnresolved(value));
}

/** Whether a key is one of the provider's claims, or may be: what is not known of either is taken to fit. */
function isClaim(key: string, provider: string, claims: readonly string[]): boolean {
  const colon = key.lastIndexOf(":");
  const claim = key.slice(colon + 1);
  if (!isUnresolved(claim) && !claims.includes(claim)) return false;
  const of = key.slice(0, Math.max(colon, 0));
  return isUnresolved(key) || isUnresolved(provider) || of === provider.toLowerCase();
}
