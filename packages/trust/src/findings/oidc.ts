import { type Condition, isUnresolved, type Statement } from "@agent-roles/iam";
import { demands, isDemand, saysSomething } from "./conditions.ts";
import { letsIn, NO_PRINCIPAL } from "./example-callers.ts";
import type { IndexedRole } from "./indexed-role.ts";
import { covers, principalsOf } from "./statements.ts";

/** GitHub Actions' issuer. */
export const GITHUB = "token.actions.githubusercontent.com";

const OIDC = "oidc-provider/";

/** Claims that say who the token is for. */
export const AUDIENCE: readonly string[] = ["aud", "app_id", "oaud"];
/**
 * Claims that identify the subject; any of them is enough. GitLab, Buildkite, CircleCI, Oracle and Google have their own.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
export const SUBJECT: readonly string[] =
  `sub email id user_id repository repository_id repository_owner repository_owner_id job_workflow_ref
  enterprise_id namespace_id project_id user_email user_login cluster_id organization_id organization_slug pipeline_id
  oidc.circleci.com/project-id rpst_id google/organization_number`.split(/\s+/);
/** Of Amazon Cognito `amr` is enough: with the audience, a pool, it says who has signed in. Elsewhere it says how. */
export const COGNITO = "cognito-identity.amazonaws.com";

/** A provider's issuer, without `https://`, as its condition keys have it; `${…}` when it is unknown. */
export interface OidcProvider {
  readonly issuer: string;
  /** As the principal names it. */
  readonly principal: string;
  /** Whether AWS knows it without an IAM provider, which would list the accepted audiences. */
  readonly builtIn: boolean;
}

/** The OIDC providers whose tokens a statement accepts. */
export function oidcProviders(statement: Statement): readonly OidcProvider[] {
  if (statement.effect !== "Allow" || !covers(statement, "sts:AssumeRoleWithWebIdentity")) return [];
  if (statement.conditions.some(({ unreadable = "" }) => isUnresolved(unreadable))) return [];
  return principalsOf(statement).flatMap(({ type, value, arn }) => {
    if (type !== "Federated" || value === "*") return [];
    const name = arn?.resource ?? value;
    const found = { principal: value, builtIn: !arn && !isUnresolved(value) };
    if (name.startsWith(OIDC)) return [{ ...found, issuer: name.slice(OIDC.length) }];
    // What is unknown can be a SAML provider where the statement allows that call.
    const known = name.startsWith("${") ? !covers(statement, "sts:AssumeRoleWithSAML") : !arn;
    return known ? [{ ...found, issuer: name }] : [];
  });
}

/**
 * Whether a statement lets in the bearer of a provider's token.
 *
 * @param claims those that the bearer cannot choose.
 */
export function acceptsToken(
  role: IndexedRole,
  statement: Statement,
  { principal, issuer }: OidcProvider,
  claims: Readonly<Record<string, string | undefined>>,
): boolean {
  const own = Object.entries(claims).map(([claim, value]) => [`${issuer.toLowerCase()}:${claim}`, value]);
  const keys = { ...NO_PRINCIPAL, ...Object.fromEntries(own) };
  return letsIn(role, statement, [{ caller: { federated: principal }, keys }]);
}

/** Claims of a stranger's token. */
export const STRANGERS_CLAIMS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SUBJECT.map((claim) => [claim, "stranger"])),
  sub: "repo:stranger/stranger:ref:refs/heads/main",
};
/** Claims of a token that was made for another application. */
export const OTHER_AUDIENCE: Readonly<Record<string, string>> = Object.fromEntries(
  AUDIENCE.map((claim) => [claim, "stranger"]),
);

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

/** The values of a claim that a statement admits, of `sub` by default, each with whether `*` is a wildcard in it. */
export function subjects(
  { conditions }: Statement,
  provider: string,
  claims: readonly string[] = ["sub"],
): readonly { readonly value: string; readonly wildcards: boolean; readonly entry: Condition }[] {
  return conditions
    .filter((entry) => isClaim(entry.key, provider, claims) && isDemand(entry))
    .flatMap((entry) => entry.values.map((value) => ({ value, wildcards: entry.operator?.wildcards === true, entry })));
}

/** Whether a key is, or could be, one of the provider's claims: an unknown part of either matches. */
function isClaim(key: string, provider: string, claims: readonly string[]): boolean {
  const colon = key.lastIndexOf(":");
  const claim = key.slice(colon + 1);
  if (!isUnresolved(claim) && !claims.includes(claim)) return false;
  const of = key.slice(0, Math.max(colon, 0));
  return isUnresolved(key) || isUnresolved(provider) || of === provider.toLowerCase();
}
