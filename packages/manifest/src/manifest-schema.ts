import { ACCESS_LEVELS } from "@agent-roles/runtime/role-env";
import * as z from "zod";
import * as field from "./fields.ts";
import { partitions } from "./regions.ts";
import { statements } from "./statement.ts";
import { trustSection } from "./trust-section.ts";
import { trustedBy } from "./trusted-by.ts";

/** Kept apart from `rolePath`, because the master can assume every role below that. */
const DEFAULT_MASTER_PATH = "/agent-roles-master/";
export const DEFAULT_ROLE_PATH = "/agent-roles/";
export const DEFAULT_PARTITION = "aws";
export const DEFAULT_DEPLOY_ROLE = "OrganizationAccountAccessRole";

/** Names that AWS's documentation gives to the roles of self-managed StackSets. */
export const STACK_SET_ROLES = {
  administrationRoleName: "AWSCloudFormationStackSetAdministrationRole",
  executionRoleName: "AWSCloudFormationStackSetExecutionRole",
} as const;

const master = field.fields({
  account: field.accountId.describe("The account of the master role."),
  roleName: field.roleName.describe("Name of the master role."),
  path: field.path
    .default(DEFAULT_MASTER_PATH)
    .describe("Path of the master role. Not below rolePath, or the master could assume itself."),
  trustedBy: field
    .list(trustedBy, 20, "list who can assume the master role, 1 to 20 entries")
    .describe("Who can assume the master role."),
  description: field.optional(field.line(1000), "What the role is for."),
  managedPolicies: field.optional(
    field.managedPolicies,
    "ARNs of managed policies that the master role gets besides the permission to assume the target roles.",
  ),
  statements: field.optional(
    statements,
    "Statements that the master role gets besides the permission to assume the target roles.",
  ),
  permissionsBoundary: field.optional(
    field.policyArn,
    "ARN of the permissions boundary of the master role; it must allow sts:AssumeRole.",
  ),
  maxSessionDuration: field.optional(
    field.maxSessionDuration,
    "Longest session of the master role, in seconds. Default 3600.",
  ),
  tags: field.optional(field.tags, "Tags of the master role and of what is created for it."),
});

const account = field.fields({
  alias: field.alias.describe("Short name of the account in this file; {alias} in the roles' texts."),
  id: field.accountId.describe("Account ID."),
  environment: field.optional(field.line(256), "Environment of the roles in this account."),
  region: field.optional(field.region, "Region of the roles in this account."),
  deployRoleName: field.optional(field.roleName, "Replaces the manifest's deployRoleName in this account."),
});

const roleShape = {
  profile: field.profile.describe("The friendly name: what the agent passes as --profile."),
  account: field.accountId.describe("The account of the role: an ID, or an alias of accounts."),
  roleName: field.roleName.describe("Name of the role."),
  description: field.optional(field.line(1000), "What the role is for; also AWS_ROLE_N_DESCRIPTION."),
  environment: field.optional(field.line(256), "Such as production or staging; becomes AWS_ROLE_N_ENVIRONMENT."),
  region: field.optional(field.region, "Region in which the agent uses the role; becomes AWS_ROLE_N_REGION."),
  managedPolicies: field.optional(
    field.managedPolicies,
    "ARNs of the role's managed policies. AWS allows ten per role by default.",
  ),
  statements: field.optional(statements, "Statements of the role's inline policy, spelled as in IAM's JSON."),
  permissionsBoundary: field.optional(field.policyArn, "ARN of the managed policy that bounds the role."),
  maxSessionDuration: field.optional(
    field.maxSessionDuration,
    "The role's longest session in seconds. The agent's own sessions are chained, and STS caps those at 3600.",
  ),
  externalId: field.optional(
    field.externalId,
    "sts:ExternalId that the agent must pass; becomes AWS_ROLE_N_EXTERNAL_ID.",
  ),
  access: field.optional(
    z.enum(ACCESS_LEVELS, { error: `use one of ${ACCESS_LEVELS.join(", ")}` }),
    "What each session can do of what the role can do: view (ViewOnlyAccess), read (ReadOnlyAccess without what returns secrets) or full (default); becomes AWS_ROLE_N_ACCESS.",
  ),
  sessionPolicy: field.optional(
    statements,
    "Statements of an inline policy that narrows each session; become AWS_ROLE_N_SESSION_POLICY.",
  ),
  sessionPolicyArns: field.optional(
    field.list(field.sessionPolicyArn, 10, "list 1 to 10 policy ARNs"),
    "ARNs of managed policies that narrow each session; become AWS_ROLE_N_SESSION_POLICY_ARNS.",
  ),
  default: field.optional(
    z.boolean({ error: "use true on one role, or leave it out" }),
    "True on the one role that default readers get.",
  ),
  tags: field.optional(field.tags, "Tags of the role."),
};

/** Names of the fields of a role, as the file has them. */
export const roleFields: readonly string[] = [...Object.keys(roleShape), "accounts"];

const attribution = field
  .fields({
    required: field.optional(
      z.boolean({ error: "use true, or leave it out" }),
      "Whether every session of a target role must belong to a task and have a source identity: trust policies demand both.",
    ),
    taskIds: field.optional(
      field.list(field.sourceIdentity, 50, "list 1 to 50 patterns of task IDs"),
      'With required: role session names that are tasks, such as "INC-*"; * and ? are wildcards. Default: any.',
    ),
    sessionTags: field.optional(
      field.list(field.tagKey, 50, "list 1 to 50 keys of session tags"),
      "Keys of the session tags that the agent can pass. No key of a role's own tags: the session tag would replace it.",
    ),
    sourceIdentities: field.optional(
      field.list(field.sourceIdentity, 50, "list 1 to 50 source identities"),
      'Source identities that the agent can set, such as "*@example.com"; * and ? are wildcards.',
    ),
  })
  .refine(({ required = false, taskIds }) => required || taskIds === undefined, {
    path: ["taskIds"],
    error: "add required: true",
  });

const percentage = (least: number): z.ZodInt =>
  field.wholeNumber(least, 100, `write a whole number from ${least} to 100`);

const stackSets = field.fields({
  administrationAccount: field.optional(
    field.accountId,
    "The account of the StackSet. Default: the account of the master role.",
  ),
  organizationalUnits: field.optional(
    field.list(
      field.text(
        /^(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})$/,
        "write the ID of an organizational unit or of the root, such as ou-ab12-11111111",
      ),
      100,
      "list 1 to 100 organizational units",
    ),
    "Organizational units whose accounts get the roles, also accounts that join later. Without it, the accounts of the roles get them.",
  ),
  retainOnAccountRemoval: field.optional(
    field.yesOrNo,
    "Keep the roles in accounts that leave the organizational units. Default false.",
  ),
  delegatedAdministrator: field.optional(
    field.yesOrNo,
    "Whether administrationAccount is a delegated administrator of StackSets, not the management account. Default false.",
  ),
  administrationRoleName: field.optional(
    field.roleName,
    `Without organizationalUnits: the role in administrationAccount that CloudFormation uses. Default ${STACK_SET_ROLES.administrationRoleName}.`,
  ),
  executionRoleName: field.optional(
    field.roleName,
    `Without organizationalUnits: the role in each account that creates the stack. Default ${STACK_SET_ROLES.executionRoleName}.`,
  ),
  failureTolerancePercentage: field.optional(
    percentage(0),
    "Percentage of the accounts that can fail before CloudFormation stops. Default 100.",
  ),
  maxConcurrentPercentage: field.optional(
    percentage(1),
    "Percentage of the accounts that are deployed at a time. Default 25.",
  ),
});

/** The fields of a manifest after expand-manifest.ts. Checks between fields are in cross-checks.ts. */
const manifestShape = {
  partition: z
    .enum(partitions, { error: `use one of ${partitions.join(", ")}` })
    .default(DEFAULT_PARTITION)
    .describe("The AWS partition of all accounts."),
  master: master.describe("The role the agent starts as."),
  organization: field.optional(
    field.organization,
    "ID of the AWS organization; trust and permission then hold inside it only.",
  ),
  deployRoleName: field.roleName
    .default(DEFAULT_DEPLOY_ROLE)
    .describe("The role in each account that deploys the stack."),
  deployment: field.optional(
    z.enum(["accounts", "stack-sets"], { error: "use accounts or stack-sets" }),
    "What agent-roles deploy creates for the target roles: a stack in each account (default), or one CloudFormation StackSet.",
  ),
  stackSets: field.optional(stackSets, "Settings of deployment: stack-sets."),
  accounts: field.optional(
    field.list(account, 5000, "list accounts, each with alias and id"),
    "The accounts, so that roles can name them by alias.",
  ),
  rolePath: field.path
    .default(DEFAULT_ROLE_PATH)
    .describe("Path of every target role. The master can assume every role below it."),
  roles: field
    .list(field.fields(roleShape), 5000, "list the target roles")
    .describe("The target roles. Their order gives the numbers of AWS_ROLE_1, AWS_ROLE_2, …"),
  attribution: field.optional(
    attribution,
    "Session tags and source identities that the agent can pass; required demands a task and a person of every session. Without it, trust policies allow neither.",
  ),
  trust: field.optional(trustSection, "Settings of the trust check."),
};

export const manifestSchema = field.fields(manifestShape);

/** Fields whose text can contain `{alias}` and the like. */
const PATTERN_FIELDS = ["roleName", "permissionsBoundary", "managedPolicies", "sessionPolicyArns"] as const;

/** What editors accept: the file before expand-manifest.ts. */
function fileSchema(): z.ZodType {
  const placeholder = z.string().regex(/\{(alias|account|environment|region)\}/);
  const patterns = Object.fromEntries(
    PATTERN_FIELDS.map((name) => {
      const schema = z.union([roleShape[name], placeholder, z.array(z.union([placeholder, z.string()]))]);
      return [name, (name === "roleName" ? schema : schema.optional()).describe(roleShape[name].description ?? "")];
    }),
  );
  const shape = { ...roleShape, ...patterns };
  const { profile: _profile, account: _account, roleName: _roleName, default: _default, ...shared } = shape;
  const role = z.strictObject({
    ...shape,
    account: z
      .string()
      .optional()
      .describe(roleShape.account.description ?? ""),
    accounts: z
      .union([z.literal("all"), z.array(z.string()).min(1)])
      .optional()
      .describe(
        "Makes the role in several accounts: all, or a list of aliases or IDs. Texts can contain {alias}, {account}, {environment} and {region}.",
      ),
  });
  return z.strictObject({
    ...manifestShape,
    attribution: z
      .union([z.literal("required"), attribution])
      .optional()
      .describe(manifestShape.attribution.description ?? ""),
    defaults: z.strictObject(shared).partial().optional().describe("Fields that every role gets unless it sets them."),
    roles: z
      .array(role)
      .min(1)
      .max(5000)
      .describe(manifestShape.roles.description ?? ""),
  });
}

/** The JSON Schema that editors read: `agent-roles.schema.json`. */
export function manifestJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(fileSchema(), { io: "input" });
  return { title: "agent-roles.yaml", ...schema, patternProperties: { "^x-": {} } };
}
