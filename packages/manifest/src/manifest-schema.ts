import * as z from "zod";
import * as field from "./fields.ts";
import type { Manifest } from "./manifest.ts";
import { statement } from "./statement.ts";
import { trustSection } from "./trust-section.ts";
import { trustedBy } from "./trusted-by.ts";

/** Kept apart from `rolePath`, because the master can assume every role below that. */
const DEFAULT_MASTER_PATH = "/agent-roles-master/";
export const DEFAULT_ROLE_PATH = "/agent-roles/";
export const DEFAULT_PARTITION = "aws";

const PARTITIONS = [
  DEFAULT_PARTITION,
  "aws-cn",
  "aws-us-gov",
  "aws-eusc",
  "aws-iso",
  "aws-iso-b",
  "aws-iso-e",
  "aws-iso-f",
] as const;

const master = field.fields({
  account: field.accountId.describe("The account of the master role."),
  roleName: field.roleName.describe("Name of the master role."),
  path: field.path
    .default(DEFAULT_MASTER_PATH)
    .describe("Path of the master role. Not below rolePath, or the master could assume itself."),
  trustedBy: field
    .list(trustedBy, 20, "list who can assume the master role, 1 to 20 entries")
    .describe("Who can assume the master role."),
  tags: field.tags.exactOptional().describe("Tags of the master role."),
});

const role = field.fields({
  profile: field.profile.describe("The friendly name: what the agent passes as --profile."),
  account: field.accountId.describe("The account of the role."),
  roleName: field.roleName.describe("Name of the role."),
  description: field.line(1000).exactOptional().describe("What the role is for; also AWS_ROLE_N_DESCRIPTION."),
  environment: field
    .line(256)
    .exactOptional()
    .describe("Such as production or staging; becomes AWS_ROLE_N_ENVIRONMENT."),
  region: field.region.exactOptional().describe("Region in which the agent uses the role; becomes AWS_ROLE_N_REGION."),
  managedPolicies: field
    .list(field.policyArn, 20, "list 1 to 20 policy ARNs")
    .exactOptional()
    .describe("ARNs of the role's managed policies. AWS allows ten per role by default."),
  statements: field
    .list(statement, 100, "list 1 to 100 statements")
    .refine(haveUniqueSids, { error: "give each statement a Sid of its own, or none" })
    .exactOptional()
    .describe("Statements of the role's inline policy, spelled as in IAM's JSON."),
  permissionsBoundary: field.policyArn.exactOptional().describe("ARN of the managed policy that bounds the role."),
  maxSessionDuration: z
    .int({ error: "write whole seconds, from 3600 to 43200" })
    .min(3600, { error: "write whole seconds, from 3600 to 43200" })
    .max(43_200, { error: "write whole seconds, from 3600 to 43200" })
    .exactOptional()
    .describe(
      "The role's longest session in seconds. The agent's own sessions are chained, and STS caps those at 3600.",
    ),
  externalId: field.externalId
    .exactOptional()
    .describe("sts:ExternalId that the agent must pass; becomes AWS_ROLE_N_EXTERNAL_ID."),
  sessionPolicyArns: field
    .list(field.sessionPolicyArn, 10, "list 1 to 10 policy ARNs")
    .exactOptional()
    .describe("ARNs of managed policies that narrow each session; become AWS_ROLE_N_SESSION_POLICY_ARNS."),
  default: z
    .boolean({ error: "use true on one role, or leave it out" })
    .exactOptional()
    .describe("True on the one role that default readers get."),
  tags: field.tags.exactOptional().describe("Tags of the role."),
});

/** IAM refuses a policy that has a Sid twice. */
function haveUniqueSids(statements: readonly { readonly Sid?: string }[]): boolean {
  const sids = statements.flatMap(({ Sid }) => Sid ?? []);
  return new Set(sids).size === sids.length;
}

/** The fields of `agent-roles.yaml`. Checks between fields are in cross-checks.ts. */
export const manifestSchema: z.ZodType<Manifest> = field.fields({
  partition: z
    .enum(PARTITIONS, { error: `use one of ${PARTITIONS.join(", ")}` })
    .default(DEFAULT_PARTITION)
    .describe("The AWS partition of all accounts."),
  master: master.describe("The role the agent starts as."),
  organization: field.organization
    .exactOptional()
    .describe("Id of the AWS organization; trust and permission then hold inside it only."),
  deployRoleName: field.roleName
    .default("OrganizationAccountAccessRole")
    .describe("The role in each account that deploys the stack."),
  rolePath: field.path
    .default(DEFAULT_ROLE_PATH)
    .describe("Path of every target role. The master can assume every role below it."),
  roles: field
    .list(role, 5000, "list the target roles")
    .describe("The target roles. Their order gives the numbers of AWS_ROLE_1, AWS_ROLE_2, …"),
  trust: trustSection.exactOptional().describe("Settings of the trust check."),
});

/** The JSON Schema that editors read: `agent-roles.schema.json`. */
export function manifestJsonSchema(): Record<string, unknown> {
  return { title: "agent-roles.yaml", ...z.toJSONSchema(manifestSchema, { io: "input" }) };
}
