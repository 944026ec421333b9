import type { PolicyDocument } from "@agent-roles/iam";
import type { TrustRole } from "../trust-model.ts";

const AWS_MANAGED = /^arn:[a-z-]+:iam::aws:policy\/(?:job-function\/)?(.+)$/;

function allow(actions: Readonly<Record<string, string | readonly string[]>>): PolicyDocument {
  return { Version: "2012-10-17", Statement: { Effect: "Allow", ...actions, Resource: "*" } };
}

/** AWS's own policies that matter to trust and escalation, as far as they do; their text is not in a template. */
const KNOWN: ReadonlyMap<string, PolicyDocument> = new Map<string, PolicyDocument>([
  ["AdministratorAccess", allow({ Action: "*" })],
  ["PowerUserAccess", allow({ NotAction: ["iam:*", "organizations:*", "account:*"] })],
  ["IAMFullAccess", allow({ Action: "iam:*" })],
  ["AWSSSOMasterAccountAdministrator", allow({ Action: ["sso:*", "sso-directory:*"] })],
]);

/** AWS's own policies that allow neither `sts:AssumeRole` nor an escalation. */
const HARMLESS = new Set(["ReadOnlyAccess", "ViewOnlyAccess", "SecurityAudit", "SupportUser", "Billing"]);

/** The identity policies of a role whose text is known, AWS's own among them. */
export interface KnownPolicies {
  readonly policies: readonly PolicyDocument[];
  /** Managed policies that nothing is known about. */
  readonly unknownArns: readonly string[];
}

/** Reads AWS's policies by name. @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
export function knownPolicies({
  identityPolicies,
  managedPolicyArns,
}: Pick<TrustRole, "identityPolicies" | "managedPolicyArns">): KnownPolicies {
  const named = managedPolicyArns.map((arn) => ({ arn, name: AWS_MANAGED.exec(arn)?.[1] ?? "" }));
  return {
    policies: [...identityPolicies, ...named.map(({ name }) => KNOWN.get(name)).filter((known) => known !== undefined)],
    unknownArns: named.flatMap(({ arn, name }) =>
      KNOWN.has(name) || HARMLESS.has(name) || isForService(name) ? [] : arn,
    ),
  };
}

/** Written for one service each, such as `service-role/AWSLambdaBasicExecutionRole`; none assumes a role by itself. */
function isForService(name: string): boolean {
  return name.startsWith("service-role/") || name === "AmazonSSMManagedInstanceCore";
}

/** Replaces policies that are unknown, to see whether they could allow the call. */
export const GRANTS_ALL: PolicyDocument = allow({ Action: "sts:*" });
