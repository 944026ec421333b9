import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allows, clientOptions, iamOf, NAMED_IAM, MASTER, OTHER, trusts } from "./fixture.ts";
import { type WireCall, wireCall } from "./wire-call.ts";

let sandbox: Sandbox;
let cloudFormation: CloudFormationClient;
beforeAll(async () => {
  sandbox = await startSandbox();
  cloudFormation = new CloudFormationClient(clientOptions(sandbox.endpoint, sandbox.admin()));
});
afterAll(() => sandbox.close());

const TRUST = JSON.parse(trusts({ Condition: {} }));
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const managed = (...names: string[]): string[] => names.map((name) => `arn:aws:iam::aws:policy/${name}`);
const ELEVEN = managed(
  "ReadOnlyAccess",
  "SecurityAudit",
  "AmazonS3ReadOnlyAccess",
  "AmazonEC2ReadOnlyAccess",
  "IAMReadOnlyAccess",
  "AmazonRDSReadOnlyAccess",
  "AmazonVPCReadOnlyAccess",
  "AmazonSNSReadOnlyAccess",
  "AmazonSQSReadOnlyAccess",
  "AmazonDynamoDBReadOnlyAccess",
  "CloudWatchReadOnlyAccess",
);
const inline = (statement: object) => ({
  Policies: [
    {
      PolicyName: "inline",
      PolicyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...statement }],
      },
    },
  ],
});
const trusting = (statement: object) => ({
  AssumeRolePolicyDocument: JSON.parse(trusts({ Condition: {}, ...statement })),
});

/** Properties of a role that AWS refuses, and its words. */
const ROLES: readonly (readonly [fact: string, properties: object, message: string])[] = [
  [
    "a managed policy of AWS that does not exist",
    { ManagedPolicyArns: managed("ReadOnlyAcces") },
    "Policy arn:aws:iam::aws:policy/ReadOnlyAcces does not exist or is not attachable.",
  ],
  [
    "a customer managed policy that does not exist",
    { ManagedPolicyArns: [`arn:aws:iam::${MASTER}:policy/NotThere`] },
    "NotThere does not exist or is not attachable.",
  ],
  ["eleven managed policies", { ManagedPolicyArns: ELEVEN }, "Cannot exceed quota for PoliciesPerRole: 10"],
  [
    "a boundary that does not exist",
    { PermissionsBoundary: `arn:aws:iam::${MASTER}:policy/NotThere` },
    `Scope ARN: arn:aws:iam::${MASTER}:policy/NotThere does not exist or is not attachable.`,
  ],
  [
    "a condition operator that does not exist",
    inline({ Condition: { StringEqual: { "aws:PrincipalTag/a": "b" } } }),
    "Syntax errors in policy.",
  ],
  [
    "a condition operator that does not exist in its trust policy",
    trusting({ Condition: { ArnEqual: { "aws:PrincipalArn": "a" } } }),
    "Syntax errors in policy.",
  ],
  [
    "a resource with an unknown partition",
    inline({ Resource: "arn:x" }),
    'Partition "x" is not valid for resource "arn:x',
  ],
  ["a resource with too few parts", inline({ Resource: "arn:aws:s3:my-bucket" }), "The policy failed legacy parsing"],
  ["a resource that is no ARN", inline({ Resource: "my-bucket" }), 'Resource my-bucket must be in ARN format or "*".'],
  ["a principal in an inline policy", inline({ Principal: "*" }), "Policy document should not specify a principal."],
  ["a resource in its trust policy", trusting({ Resource: "*" }), "Has prohibited field Resource"],
  [
    "an action in its trust policy that STS does not have",
    trusting({ Action: "sts:AssumeRoles" }),
    "AssumeRole policy may only specify STS AssumeRole actions.",
  ],
  [
    "a principal that does not exist",
    trusting({ Principal: { AWS: `arn:aws:iam::${OTHER}:role/NotThere` } }),
    `Invalid principal in policy: "AWS":"arn:aws:iam::${OTHER}:role/NotThere"`,
  ],
  [
    "a principal with another path than the role has",
    trusting({ Principal: { AWS: `arn:aws:iam::${OTHER}:role/other/OrganizationAccountAccessRole` } }),
    "Invalid principal in policy",
  ],
  ["a principal with eleven digits", trusting({ Principal: { AWS: "12345678901" } }), "Invalid principal in policy"],
  ["a reserved name", { RoleName: "AWSReservedSSO_x" }, "this role is only modifiable by AWS"],
  ["a reserved path", { Path: "/aws-reserved/sso/" }, "this role is only modifiable by AWS"],
  ["a name of 65 characters", { RoleName: "x".repeat(65) }, "have length less than or equal to 64"],
  ["a name with a blank", { RoleName: "a b" }, "The specified value for roleName is invalid."],
  ["a path without an end", { Path: "/agents" }, "The specified value for path is invalid."],
  ["thirteen hours", { MaxSessionDuration: 46_800 }, "have value less than or equal to 43200"],
  ["half an hour", { MaxSessionDuration: 1800 }, "have value greater than or equal to 3600"],
  [
    "a trust policy above its quota",
    trusting({ Condition: { StringEquals: { "aws:PrincipalTag/a": "x".repeat(2048) } } }),
    "Cannot exceed quota for ACLSizePerRole: 2048",
  ],
  [
    "inline policies above their quota",
    inline({ Resource: `arn:aws:s3:::${"x".repeat(10_240)}` }),
    "Maximum policy size of 10240 bytes exceeded for role",
  ],
];

let stacks = 0;
/** Deploys a role in a stack of its own. @returns the stack's status, and the reason of the resource's failure. */
const deployRole = async (
  properties: object,
): Promise<{ status: string | undefined; reason: string; StackName: string }> => {
  stacks += 1;
  const StackName = `refused-${stacks}`;
  const body = template({ RoleName: `Refused${stacks}`, ...properties });
  await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody: body, ...NAMED_IAM }));
  return { ...(await outcomeOf(StackName)), StackName };
};

const template = (properties: object): string =>
  JSON.stringify({
    Resources: { Role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: TRUST, ...properties } } },
  });

const outcomeOf = async (StackName: string): Promise<{ status: string | undefined; reason: string }> => {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
  const failed = StackEvents.find(
    ({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === "Role" && ResourceStatus?.endsWith("_FAILED"),
  );
  return { status: Stacks[0]?.StackStatus, reason: failed?.ResourceStatusReason ?? "" };
};

const update = async (
  StackName: string,
  properties: object,
): Promise<{ status: string | undefined; reason: string }> => {
  await cloudFormation.send(new UpdateStackCommand({ StackName, TemplateBody: template(properties), ...NAMED_IAM }));
  return outcomeOf(StackName);
};

describe("a role in a template", () => {
  it.each(ROLES)("refuses a template's role with %s, and rolls the stack back", async (_fact, properties, message) => {
    const { status, reason } = await deployRole(properties);
    expect({ status, reason }).toEqual({ status: "ROLLBACK_COMPLETE", reason: expect.stringContaining(message) });
    const gone = iamOf(sandbox, MASTER).send(new GetRoleCommand({ RoleName: `Refused${stacks}` }));
    await expect(gone).rejects.toMatchObject({ name: "NoSuchEntityException" });
  });

  it("refuses a template's role with the same managed policy twice", async () => {
    const { reason } = await deployRole({ ManagedPolicyArns: [READ_ONLY, READ_ONLY] });
    expect(reason).toBe(
      "Properties validation failed for resource Role with message:\n[#/ManagedPolicyArns: array items are not unique]",
    );
  });

  it("that was refused is not created by a look at the stack's resources", async () => {
    const { StackName } = await deployRole({ RoleName: "Seen", ManagedPolicyArns: managed("NotThere") });
    const { StackResources } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName }));
    expect(StackResources).toEqual([]);
    const seen = iamOf(sandbox, MASTER).send(new GetRoleCommand({ RoleName: "Seen" }));
    await expect(seen).rejects.toMatchObject({ name: "NoSuchEntityException" });
  });

  it("refuses a template's role with the name of another role, which stays", async () => {
    const { StackName } = await deployRole({ RoleName: "Taken" });
    const second = await deployRole({ RoleName: "Taken" });
    expect(second).toMatchObject({
      status: "ROLLBACK_COMPLETE",
      reason: expect.stringContaining("Role with name Taken already exists."),
    });
    expect(await outcomeOf(StackName)).toMatchObject({ status: "CREATE_COMPLETE" });
    await iamOf(sandbox, MASTER).send(new GetRoleCommand({ RoleName: "Taken" }));
  });

  it("refuses another path for a template's role with a fixed name", async () => {
    const { StackName } = await deployRole({ RoleName: "Fixed", Path: "/a/" });
    expect(await update(StackName, { RoleName: "Fixed", Path: "/b/" })).toEqual({
      status: "UPDATE_ROLLBACK_COMPLETE",
      reason:
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename Fixed and update the stack again.",
    });
    const { Role } = await iamOf(sandbox, MASTER).send(new GetRoleCommand({ RoleName: "Fixed" }));
    expect(Role?.Path).toBe("/a/");
  });

  it("replaces a template's role when its name changes, and keeps its path", async () => {
    const { StackName } = await deployRole({ RoleName: "Before" });
    expect(await update(StackName, { RoleName: "After" })).toMatchObject({ status: "UPDATE_COMPLETE" });
    const iam = iamOf(sandbox, MASTER);
    await iam.send(new GetRoleCommand({ RoleName: "After" }));
    await expect(iam.send(new GetRoleCommand({ RoleName: "Before" }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
  });

  it("refuses another logical ID for a role: the new one is created before the old one is deleted", async () => {
    const { StackName } = await deployRole({ RoleName: "Renumbered" });
    const TemplateBody = template({ RoleName: "Renumbered" }).replace('"Role":', '"Role2":');
    await cloudFormation.send(new UpdateStackCommand({ StackName, TemplateBody, ...NAMED_IAM }));
    expect(await outcomeOf(StackName)).toMatchObject({ status: "UPDATE_ROLLBACK_COMPLETE" });
    await iamOf(sandbox, MASTER).send(new GetRoleCommand({ RoleName: "Renumbered" }));
  });

  it.each(ROLES.filter(([, properties]) => !("RoleName" in properties || "Path" in properties)))(
    "that gets %s in an update keeps what it had",
    async (_fact, properties, message) => {
      const RoleName = `Kept${stacks}`;
      const before = { RoleName, Description: "before", ManagedPolicyArns: [READ_ONLY] };
      const { StackName } = await deployRole(before);
      expect(await update(StackName, { ...before, Description: "after", ...properties })).toEqual({
        status: "UPDATE_ROLLBACK_COMPLETE",
        reason: expect.stringContaining(message),
      });
      const { Role } = await iamOf(sandbox, MASTER).send(new GetRoleCommand({ RoleName }));
      expect(Role?.Description).toBe("before");
    },
  );

  it("does not delete a role with attached policies of others, nor one in an instance profile", async () => {
    const iam = iamOf(sandbox, MASTER);
    const RoleName = "Attached";
    const { StackName } = await deployRole({ RoleName, ...inline({}), ManagedPolicyArns: managed("SecurityAudit") });
    const remove = async () => {
      await cloudFormation.send(new DeleteStackCommand({ StackName }));
      return outcomeOf(StackName);
    };
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: READ_ONLY }));
    expect(await remove()).toEqual({
      status: "DELETE_FAILED",
      reason: expect.stringContaining("Cannot delete entity, must detach all policies first."),
    });
    const again = new UpdateStackCommand({ StackName, TemplateBody: template({ RoleName }), ...NAMED_IAM });
    await expect(cloudFormation.send(again)).rejects.toThrow(/ is in DELETE_FAILED state and can not be updated\.$/);
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: READ_ONLY }));
    const InstanceProfileName = "foreign";
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    expect(await remove()).toEqual({
      status: "DELETE_FAILED",
      reason: expect.stringContaining("must remove roles from instance profile first."),
    });
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "foreign", PolicyDocument: allows("s3:*") }));
    expect(await remove()).toEqual({
      status: "DELETE_FAILED",
      reason: expect.stringContaining("Cannot delete entity, must delete policies first."),
    });
  });
});

const createRole = (properties: object): CreateRoleCommandInput => ({
  RoleName: "Called",
  AssumeRolePolicyDocument: JSON.stringify(TRUST),
  ...Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      typeof value === "object" ? JSON.stringify(value) : value,
    ]),
  ),
});

describe("a call of IAM", () => {
  it.each(ROLES.filter(([, properties]) => !("Policies" in properties || "ManagedPolicyArns" in properties)))(
    "CreateRole with %s is refused",
    async (_fact, properties, message) => {
      await expect(iamOf(sandbox, MASTER).send(new CreateRoleCommand(createRole(properties)))).rejects.toThrow(message);
    },
  );

  it("applies the rules of creation to calls that change a role", async () => {
    const iam = iamOf(sandbox, MASTER);
    const RoleName = "Changed";
    await iam.send(new CreateRoleCommand({ ...createRole({}), RoleName }));
    const trust = new UpdateAssumeRolePolicyCommand({
      RoleName,
      PolicyDocument: trusts({ Principal: { AWS: `arn:aws:iam::${MASTER}:user/nobody` } }),
    });
    await expect(iam.send(trust)).rejects.toThrow(
      `Invalid principal in policy: "AWS":"arn:aws:iam::${MASTER}:user/nobody"`,
    );
    const boundary = new PutRolePermissionsBoundaryCommand({
      RoleName,
      PermissionsBoundary: `arn:aws:iam::${MASTER}:policy/None`,
    });
    await expect(iam.send(boundary)).rejects.toThrow("does not exist or is not attachable.");
    const PolicyDocument = allows("s3:*").replace('"Allow"', '"allow"');
    await expect(iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument }))).rejects.toThrow(
      "Syntax errors in policy.",
    );
    for (const PolicyArn of ELEVEN.slice(1)) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await expect(iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: READ_ONLY }))).rejects.toMatchObject({
      name: "LimitExceededException",
    });
    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: "DeleteConflictException",
    });
  });
});

const TOPIC = { T: { Type: "AWS::SNS::Topic" } };
const stackOf = (text: unknown, extra: object = {}) => ({
  service: "cloudformation",
  action: "CreateStack",
  input: { StackName: "wrong", TemplateBody: typeof text === "string" ? text : JSON.stringify(text), ...extra },
});
const iamCall = (action: string, input: object) => ({ service: "iam", action, input });
const parameterCall = (action: string, input: object) => ({ service: "ssm", action, input });
const secretCall = (action: string, input: object) => ({ service: "secretsmanager", action, input });
const tableCall = (action: string, input: object) => ({ service: "dynamodb", action, input });
const members = (count: number, list: string, field: string): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_item, index) => [`${list}.member.${index + 1}.${field}`, `v${index}`]),
  );
const assumeCall = (input: object) => ({
  service: "sts",
  action: "AssumeRole",
  input: { RoleArn: `arn:aws:iam::${MASTER}:role/x`, RoleSessionName: "work", ...input },
});
const bucketCall = (method: string, path: string, query: Record<string, string> = {}, body?: string) => ({
  service: "s3",
  method,
  path,
  query,
  ...(body !== undefined && { body }),
});

/** Wrong calls as a stranger types them, and AWS's answer. */
const WRONG_CALLS: readonly (readonly [fact: string, call: WireCall, code: string, message: string])[] = [
  ["a parameter left out", iamCall("GetRole", {}), "ValidationError", "Value null at 'roleName' failed to satisfy"],
  [
    "a name with a blank",
    iamCall("CreateUser", { UserName: "bob smith" }),
    "ValidationError",
    "The specified value for userName is invalid. It must contain only alphanumeric characters",
  ],
  ["a name that is too long", iamCall("CreateGroup", { GroupName: "g".repeat(129) }), "ValidationError", "length less"],
  ["a path without slashes", iamCall("CreateUser", { UserName: "b", Path: "x" }), "ValidationError", "for path is"],
  ["a short ARN", iamCall("GetPolicy", { PolicyArn: "xx" }), "ValidationError", "length greater than or equal to 20"],
  ["zero items", iamCall("ListRoles", { MaxItems: "0" }), "ValidationError", "value greater than or equal to 1"],
  ["a number in words", iamCall("ListRoles", { MaxItems: "ten" }), "MalformedInput", "ten"],
  ["a marker of nobody", iamCall("ListRoles", { Marker: "bogus" }), "ValidationError", "Marker"],
  ["an unknown action", iamCall("ListRolls", {}), "InvalidAction", "Could not find operation ListRolls"],
  [
    "a provider without TLS",
    iamCall("CreateOpenIDConnectProvider", { Url: "http://x.example" }),
    "ValidationError",
    "url",
  ],
  ["a user that does not exist", iamCall("GetUser", { UserName: "nobody" }), "NoSuchEntity", "nobody"],
  ...(
    [
      ["899 seconds", { DurationSeconds: "899" }, "Value '899' at 'durationSeconds' failed to satisfy constraint"],
      ["43201 seconds", { DurationSeconds: "43201" }, "have value less than or equal to 43200"],
      [
        "a short name",
        { RoleSessionName: "x" },
        "'roleSessionName' failed to satisfy constraint: Member must have length",
      ],
      ["a name with a blank", { RoleSessionName: "a b" }, "satisfy regular expression pattern: [\\w+=,.@-]*"],
      ["a long name", { RoleSessionName: "x".repeat(65) }, "have length less than or equal to 64"],
      ["a short external ID", { ExternalId: "x" }, "at 'externalId' failed"],
      ["a long source identity", { SourceIdentity: "x".repeat(65) }, "at 'sourceIdentity' failed"],
      ["a long session policy", { Policy: " ".repeat(2049) }, "at 'policy' failed"],
      ["a long tag key", { "Tags.member.1.Key": "k".repeat(129), "Tags.member.1.Value": "" }, "'tags.1.member.key'"],
      [
        "a long tag value",
        { "Tags.member.1.Key": "k", "Tags.member.1.Value": "v".repeat(257) },
        "'tags.1.member.value'",
      ],
      ["51 tags", { ...members(51, "Tags", "Key"), ...members(51, "Tags", "Value") }, "at 'tags' failed"],
      ["11 policies", members(11, "PolicyArns", "arn"), "at 'policyArns' failed"],
      ["two violations", { RoleArn: "short", RoleSessionName: "x" }, "2 validation errors detected: "],
    ] as const
  ).map(([fact, input, message]): (typeof WRONG_CALLS)[number] => [
    `an AssumeRole with ${fact}`,
    assumeCall(input),
    "ValidationError",
    message,
  ]),
  ["an AssumeRole with seconds in words", assumeCall({ DurationSeconds: "1h" }), "MalformedInput", "1h"],
  [
    "a template cut off",
    stackOf("{"),
    "ValidationError",
    "Template format error: JSON not well-formed. (line 1, column 2)",
  ],
  [
    "a template with a tab",
    stackOf("Resources:\n\tA: 1"),
    "ValidationError",
    "Template format error: YAML not well-formed. (line 2",
  ],
  ["a template without resources", stackOf({}), "ValidationError", "At least one Resources member must be defined."],
  [
    "a resource without a type",
    stackOf({ Resources: { A: {} } }),
    "ValidationError",
    "[/Resources/A] Every Resources object must contain a Type member.",
  ],
  [
    "a reference to nothing",
    stackOf({ Resources: { T: { ...TOPIC.T, Properties: { TopicName: { "Fn::Sub": "a-${Nope}" } } } } }),
    "ValidationError",
    "Unresolved resource dependencies [Nope] in the Resources block of the template",
  ],
  [
    "an output of nothing",
    stackOf({ Resources: TOPIC, Outputs: { O: { Value: { "Fn::GetAtt": ["X", "Arn"] } } } }),
    "ValidationError",
    "[X] in the Outputs block",
  ],
  [
    "a parameter without a value",
    stackOf({ Parameters: { P: { Type: "String" } }, Resources: TOPIC }),
    "ValidationError",
    "Parameters: [P] must have values",
  ],
  [
    "a parameter that the template lacks",
    stackOf(
      { Resources: TOPIC },
      { "Parameters.member.1.ParameterKey": "X", "Parameters.member.1.ParameterValue": "y" },
    ),
    "ValidationError",
    "Parameters: [X] do not exist in the template",
  ],
  [
    "roles without a capability",
    stackOf({ Resources: { R: { Type: "AWS::IAM::Role", Properties: {} } } }),
    "InsufficientCapabilitiesException",
    "Requires capabilities : [CAPABILITY_IAM]",
  ],
  [
    "a named role with the smaller capability",
    stackOf(
      { Resources: { R: { Type: "AWS::IAM::Role", Properties: { RoleName: "x" } } } },
      { "Capabilities.member.1": "CAPABILITY_IAM" },
    ),
    "InsufficientCapabilitiesException",
    "Requires capabilities : [CAPABILITY_NAMED_IAM]",
  ],
  [
    "an unknown capability",
    stackOf({ Resources: TOPIC }, { "Capabilities.member.1": "X" }),
    "ValidationError",
    "enum value set: [CAPABILITY_IAM",
  ],
  ["a stack's name with a blank", stackOf({ Resources: TOPIC }, { StackName: "a b" }), "ValidationError", "stackName"],
  [
    "neither template nor URL",
    { service: "cloudformation", action: "CreateStack", input: { StackName: "wrong" } },
    "ValidationError",
    "Either Template URL or Template Body must be specified.",
  ],
  [
    "a URL of no template",
    {
      service: "cloudformation",
      action: "CreateStack",
      input: { StackName: "wrong", TemplateURL: "https://nowhere-at-all.s3.amazonaws.com/t" },
    },
    "ValidationError",
    "S3 error: ",
  ],
  [
    "a stack that does not exist",
    { service: "cloudformation", action: "DescribeStacks", input: { StackName: "nope" } },
    "ValidationError",
    "Stack with id nope does not exist",
  ],
  [
    "a summary of a broken template",
    { service: "cloudformation", action: "GetTemplateSummary", input: { TemplateBody: "{" } },
    "ValidationError",
    "Template format error",
  ],
  [
    "what the sandbox does not have",
    { service: "cloudformation", action: "DetectStackDrift", input: { StackName: "x" } },
    "InvalidAction",
    "The sandbox does not support this operation",
  ],
  ["a bucket's name in capitals", bucketCall("PUT", "/A_b"), "InvalidBucketName", "The specified bucket is not valid."],
  [
    "a bucket in no Region",
    bucketCall(
      "PUT",
      "/good-name",
      {},
      "<CreateBucketConfiguration><LocationConstraint>nowhere</LocationConstraint></CreateBucketConfiguration>",
    ),
    "InvalidLocationConstraint",
    "location-constraint",
  ],
  [
    "a bucket policy that is no JSON",
    bucketCall("PUT", "/wrong-calls", { policy: "" }, "x"),
    "MalformedPolicy",
    "first byte",
  ],
  ["minus one key", bucketCall("GET", "/wrong-calls", { "max-keys": "-1" }), "InvalidArgument", "max-keys"],
  [
    "a continuation token of nobody",
    bucketCall("GET", "/wrong-calls", { "list-type": "2", "continuation-token": "x" }),
    "InvalidArgument",
    "continuation-token",
  ],
  [
    "an upload that does not exist",
    bucketCall("PUT", "/wrong-calls/k", { partNumber: "1", uploadId: "x" }, "x"),
    "NoSuchUpload",
    "upload",
  ],
  ["an object that does not exist", bucketCall("GET", "/wrong-calls/nope"), "NoSuchKey", "key"],
  ["a secret left out", secretCall("GetSecretValue", {}), "ValidationException", "Value null at 'secretId'"],
  ["an empty secret", secretCall("GetSecretValue", { SecretId: "" }), "ValidationException", "'secretId'"],
  [
    "a secret's name with a blank",
    secretCall("CreateSecret", { Name: "a b" }),
    "ValidationException",
    "Invalid name. Must be",
  ],
  [
    "a filter that does not exist",
    secretCall("ListSecrets", { Filters: [{ Key: "x", Values: ["y"] }] }),
    "ValidationException",
    "filters.1.member.key",
  ],
  ["a text for a number", secretCall("ListSecrets", { MaxResults: "many" }), "SerializationException", "many"],
  ["an unknown operation", secretCall("ReadSecret", { SecretId: "x" }), "UnknownOperationException", "ReadSecret"],
  [
    "a parameter's type that does not exist",
    parameterCall("PutParameter", { Name: "/a", Value: "x", Type: "Bogus" }),
    "ValidationException",
    "enum value set: [String, StringList, SecureString]",
  ],
  [
    "eleven parameters",
    parameterCall("GetParameters", { Names: Array.from({ length: 11 }, (_, i) => `/a${i}`) }),
    "ValidationException",
    "length less than or equal to 10",
  ],
  [
    "a next token of nobody",
    parameterCall("DescribeParameters", { NextToken: "bogus" }),
    "InvalidNextToken",
    "NextToken",
  ],
  [
    "a table's name of one letter",
    tableCall("DescribeTable", { TableName: "t" }),
    "ValidationException",
    "length greater than or equal to 3",
  ],
  ["no tables in a batch", tableCall("BatchGetItem", { RequestItems: {} }), "ValidationException", "requestItems"],
  [
    "a scan of nothing",
    tableCall("Scan", { TableName: "wrong-calls", Limit: 0 }),
    "ValidationException",
    "value greater than or equal to 1",
  ],
  [
    "an account ID of two letters",
    { service: "organizations", action: "DescribeAccount", input: { AccountId: "xx" } },
    "InvalidInputException",
    "accountId",
  ],
];

describe("a wrong call", () => {
  beforeAll(async () => {
    await wireCall(sandbox, bucketCall("PUT", "/wrong-calls"));
    await wireCall(sandbox, bucketCall("PUT", "/wrong-calls/there", {}, "x"));
  });

  it.each(WRONG_CALLS)("answers %s with AWS's error document", async (_fact, call, code, message) => {
    const answer = await wireCall(sandbox, call);
    expect(answer).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(answer.status).toBeLessThan(500);
    expect(answer.contentType).not.toContain("html");
  });

  it("shows no secret in an error", async () => {
    const answer = await wireCall(
      sandbox,
      secretCall("CreateSecret", { Name: "large", SecretString: "x".repeat(70_000) }),
    );
    expect(answer).toMatchObject({ code: "ValidationException" });
    expect(answer.message.length).toBeLessThan(200);
  });

  it("runs nothing of a request that it only checks, because it cannot name it", async () => {
    const create = { service: "organizations", action: "CreateOrganization", input: { FeatureSet: "ALL" } };
    expect(await wireCall(sandbox, create)).toMatchObject({ code: "AccessDeniedException" });
    const organization = { service: "organizations", action: "DescribeOrganization", input: {} };
    expect(await wireCall(sandbox, organization)).toMatchObject({ code: "AWSOrganizationsNotInUseException" });
  });

  it("keeps a user with keys and a group with users, as AWS does", async () => {
    for (const call of [
      iamCall("CreateUser", { UserName: "kept" }),
      iamCall("CreateGroup", { GroupName: "kept" }),
      iamCall("AddUserToGroup", { UserName: "kept", GroupName: "kept" }),
    ]) {
      expect(await wireCall(sandbox, call)).toMatchObject({ status: 200 });
    }
    const group = await wireCall(sandbox, iamCall("DeleteGroup", { GroupName: "kept" }));
    expect(group).toMatchObject({ status: 409, code: "DeleteConflict" });
    const user = await wireCall(sandbox, iamCall("DeleteUser", { UserName: "kept" }));
    expect(user).toMatchObject({ status: 409, code: "DeleteConflict" });
  });

  it("summarizes and validates a template without a format version", async () => {
    const input = {
      TemplateBody: JSON.stringify({ Parameters: { P: { Type: "String", Default: "x" } }, Resources: TOPIC }),
    };
    const summary = await wireCall(sandbox, { service: "cloudformation", action: "GetTemplateSummary", input });
    expect(summary).toMatchObject({ status: 200, message: expect.stringContaining("AWS::SNS::Topic") });
    const valid = await wireCall(sandbox, { service: "cloudformation", action: "ValidateTemplate", input });
    expect(valid).toMatchObject({ status: 200, message: expect.stringContaining("<ParameterKey>P</ParameterKey>") });
  });
});
