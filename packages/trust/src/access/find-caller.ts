import { claimPrefix, isBuiltInProvider, isServiceName, lastSegment, parseArn } from "@agent-roles/iam";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { knownCaller, type PossibleCaller } from "./callers.ts";

/** The session name that the runtime uses by default. */
const SESSION = "agent-roles";

/**
 * The caller that a text names: an ARN of a role, a session, a user or an identity provider, a service such as
 * `ec2.amazonaws.com`, or a provider such as `accounts.google.com`. A role of the set, or a session of one, has its policies; what others are allowed is unknown.
 *
 * @returns `undefined` when the text names none.
 */
export function findCaller(
  text: string,
  roles: readonly TrustRole[],
  context: TrustContext,
): PossibleCaller | undefined {
  const outside = (kind: PossibleCaller["exampleOf"]["kind"], caller: PossibleCaller["caller"]): PossibleCaller => ({
    name: text,
    caller,
    exampleOf: { kind, name: text },
    known: false,
    unknownPolicies: [],
  });
  if (isServiceName(text)) return outside("service", { service: text });
  if (isBuiltInProvider(text)) return outside("federated", { federated: text });
  const arn = parseArn(text);
  if (!arn || (arn.service !== "iam" && arn.service !== "sts") || arn.resource === "") return undefined;
  const [kind, roleName, session] = arn.resource.split("/");
  if (kind === "oidc-provider" || kind === "saml-provider") return outside("federated", { federated: text });
  if (kind === "role") {
    const role = roles.find((each) => each.arn === text);
    if (role) return knownCaller(role, context, SESSION);
    const name = lastSegment(arn.resource);
    const ofRole = `arn:${arn.partition}:sts::${arn.account}:assumed-role/${name}/${SESSION}`;
    return outside("principal", { arn: ofRole, principalArn: text });
  }
  const role = roles.find((each) => parseArn(each.arn)?.account === arn.account && lastSegment(each.arn) === roleName);
  if (kind === "assumed-role" && role) return knownCaller(role, context, session);
  return outside("principal", { arn: text });
}

/**
 * Claims of a token, or attributes of an assertion, as condition keys: `sub` of the GitHub provider becomes
 * `token.actions.githubusercontent.com:sub`. A name that has a colon is taken as the whole key.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function claimContext(
  provider: string,
  claims: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  const prefix = claimPrefix(provider);
  return Object.fromEntries(
    Object.entries(claims).map(([name, values]) => [name.includes(":") ? name : `${prefix}:${name}`, values]),
  );
}
