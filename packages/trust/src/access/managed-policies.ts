import type { PolicyDocument } from "@agent-roles/iam";

const AWS_MANAGED = /^arn:[a-z-]+:iam::aws:policy\/(?:job-function\/)?(.+)$/;

/** AWS's own policies that let their holder assume roles: `PowerUserAccess` leaves out only what is not sts. */
const ASSUMES = new Set(["AdministratorAccess", "PowerUserAccess"]);

/** AWS's own policies that are known to say nothing of `sts:AssumeRole`. */
const SILENT = new Set(["ReadOnlyAccess", "ViewOnlyAccess", "SecurityAudit", "SupportUser", "Billing"]);

const ALL_OF_STS: PolicyDocument = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "sts:*", Resource: "*" },
};

/** What managed policies that are known by name only say of assuming roles. */
export interface ManagedGrant {
  readonly policies: readonly PolicyDocument[];
  /** Those of which nothing is known. */
  readonly unknownArns: readonly string[];
}

/** Reads managed policies by name. @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
export function managedGrant(arns: readonly string[]): ManagedGrant {
  return {
    policies: arns.some((arn) => ASSUMES.has(awsName(arn))) ? [ALL_OF_STS] : [],
    unknownArns: arns.filter((arn) => {
      const name = awsName(arn);
      return !ASSUMES.has(name) && !SILENT.has(name) && !isServiceRole(name);
    }),
  };
}

/** The name of one of AWS's own policies. */
function awsName(arn: string): string {
  return AWS_MANAGED.exec(arn)?.[1] ?? "";
}

/** Written for one service each, such as `service-role/AWSLambdaBasicExecutionRole`; none assumes a role by itself. */
function isServiceRole(name: string): boolean {
  return name.startsWith("service-role/") || name === "AmazonSSMManagedInstanceCore";
}

/** What stands in for policies that are not known, when the question is whether they could let the caller in. */
export const GRANTS_ALL: PolicyDocument = ALL_OF_STS;
