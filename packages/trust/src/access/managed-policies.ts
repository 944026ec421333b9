import type { PolicyDocument } from "@agent-roles/iam";

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

/** What managed policies that are known only by name allow. */
export interface ManagedGrant {
  readonly policies: readonly PolicyDocument[];
  /** Those that nothing is known about. */
  readonly unknownArns: readonly string[];
}

/** Reads managed policies by name. @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
export function managedGrant(arns: readonly string[]): ManagedGrant {
  const names = arns.map((arn) => ({ arn, name: AWS_MANAGED.exec(arn)?.[1] ?? "" }));
  return {
    policies: names.flatMap(({ name }): readonly PolicyDocument[] => {
      const known = KNOWN.get(name);
      return known ? [known] : [];
    }),
    unknownArns: names.flatMap(({ arn, name }) =>
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
