import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { DeleteRoleCommand, DeleteRolePolicyCommand, ListRolesCommand, ListRoleTagsCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assume, clientOptions, createTarget, iamOf, NAMED_IAM, MASTER, OTHER, outcome, trusts } from "./fixture.ts";

type Resources = Readonly<Record<string, object>>;

const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const MAY_ASSUME = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Resource: { "Fn::Sub": `arn:\${AWS::Partition}:iam::${OTHER}:role/*` },
    },
  ],
};
const MAY_READ = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:Get*", Resource: "*" }] };

/** A role that the master account's administrator may assume, under its own name. */
const role = (RoleName: string, properties: object = {}): Resources => ({
  [RoleName]: {
    Type: "AWS::IAM::Role",
    Properties: { RoleName, AssumeRolePolicyDocument: JSON.parse(trusts({ Condition: {} })), ...properties },
  },
});
const inline = (PolicyDocument: object) => ({ Policies: [{ PolicyName: "inline", PolicyDocument }] });
const policy = (Role: string, PolicyDocument: object): Resources => ({
  [`${Role}Policy`]: {
    Type: "AWS::IAM::Policy",
    Properties: { PolicyName: Role, PolicyDocument, Roles: [{ Ref: Role }] },
  },
});
const managed = (Role: string, PolicyDocument: object, Roles = [{ Ref: Role }]): Resources => ({
  [`${Role}Policy`]: {
    Type: "AWS::IAM::ManagedPolicy",
    Properties: { ManagedPolicyName: Role, PolicyDocument, Roles },
  },
});

let sandbox: Sandbox;
let target: string;
let cloudFormation: CloudFormationClient;

const template = (...resources: Resources[]) => ({
  StackName: "roles",
  ...NAMED_IAM,
  TemplateBody: JSON.stringify({ Resources: Object.assign({}, ...resources) }),
});

/** Whether each of these roles may assume the target. */
const verdicts = async (names: readonly string[]): Promise<Record<string, string>> => {
  const seen: Record<string, string> = {};
  for (const name of names) {
    const caller = await assume(sandbox.endpoint, sandbox.admin(), `arn:aws:iam::${MASTER}:role/${name}`);
    seen[name] = await outcome(sandbox.endpoint, caller, target);
  }
  return seen;
};

/** The outputs of a stack that a change set made or changed. */
const outputsAfter = async (ChangeSetType: "CREATE" | "UPDATE", Value: string) => {
  const TemplateBody = JSON.stringify({ Resources: role("Changed"), Outputs: { Told: { Value } } });
  const { Id: ChangeSetName, StackId: StackName } = await cloudFormation.send(
    new CreateChangeSetCommand({
      StackName: "changed",
      ChangeSetName: Value,
      ChangeSetType,
      TemplateBody,
      ...NAMED_IAM,
    }),
  );
  await cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName }));
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return Stacks[0]?.Outputs;
};

beforeAll(async () => {
  sandbox = await startSandbox();
  target = await createTarget(sandbox, "Target", trusts({ Condition: {} }));
  const deployRole = `arn:aws:iam::${MASTER}:role/${sandbox.deployRoleName}`;
  const deployer = await assume(sandbox.endpoint, sandbox.admin(), deployRole);
  cloudFormation = new CloudFormationClient(clientOptions(sandbox.endpoint, deployer));
});
afterAll(() => sandbox.close());

describe("a deployed template", () => {
  it("gives the roles of a template their permissions in each of the ways of CloudFormation", async () => {
    const create = template(
      role("Inline", inline(MAY_ASSUME)),
      { ...role("Policy"), ...policy("Policy", MAY_ASSUME) },
      { ...role("Managed"), ...managed("Managed", MAY_ASSUME) },
      role("Attached", { ManagedPolicyArns: [ADMINISTRATOR] }),
      role("Bounded", { ManagedPolicyArns: [ADMINISTRATOR], PermissionsBoundary: READ_ONLY }),
      role("Without", { Tags: [{ Key: "team", Value: "blue" }] }),
    );
    await cloudFormation.send(new CreateStackCommand(create));
    expect(await verdicts(["Inline", "Policy", "Managed", "Attached", "Bounded", "Without"])).toEqual({
      Inline: "allowed",
      Policy: "allowed",
      Managed: "allowed",
      Attached: "allowed",
      Bounded: "AccessDenied",
      Without: "AccessDenied",
    });
    const { Tags } = await iamOf(sandbox, MASTER).send(new ListRoleTagsCommand({ RoleName: "Without" }));
    expect(Tags).toEqual([{ Key: "team", Value: "blue" }]);
  });

  it("removes and adds permissions when a template is deployed again", async () => {
    const update = template(
      role("Inline", inline(MAY_READ)),
      { ...role("Policy"), ...policy("Policy", MAY_READ) },
      { ...role("Managed"), ...managed("Managed", MAY_READ) },
      role("Attached", { ManagedPolicyArns: [READ_ONLY] }),
      role("Bounded", { ManagedPolicyArns: [ADMINISTRATOR] }),
      role("Without", inline(MAY_ASSUME)),
    );
    await cloudFormation.send(new UpdateStackCommand(update));
    expect(await verdicts(["Inline", "Policy", "Managed", "Attached", "Bounded", "Without"])).toEqual({
      Inline: "AccessDenied",
      Policy: "AccessDenied",
      Managed: "AccessDenied",
      Attached: "AccessDenied",
      Bounded: "allowed",
      Without: "allowed",
    });
  });

  it("moves a managed policy from one role to another", async () => {
    const moved = managed("Managed", MAY_ASSUME, [{ Ref: "Inline" }]);
    const roles = ["Inline", "Managed", "Attached", "Bounded", "Without"].map((name) => role(name));
    await cloudFormation.send(new UpdateStackCommand(template(...roles, moved)));
    expect(await verdicts(["Inline", "Managed", "Without"])).toEqual({
      Inline: "allowed",
      Managed: "AccessDenied",
      Without: "AccessDenied",
    });
  });

  it("changes who may assume a role, and for how long", async () => {
    const roleArn = `arn:aws:iam::${MASTER}:role/Without`;
    const ask = (DurationSeconds: number) => outcome(sandbox.endpoint, sandbox.admin(), roleArn, { DurationSeconds });
    expect(await ask(7200)).toBe("ValidationError");
    await cloudFormation.send(new UpdateStackCommand(template(role("Without", { MaxSessionDuration: 7200 }))));
    expect(await ask(7200)).toBe("allowed");
    const AssumeRolePolicyDocument: unknown = JSON.parse(trusts({ Principal: { AWS: OTHER } }));
    await cloudFormation.send(new UpdateStackCommand(template(role("Without", { AssumeRolePolicyDocument }))));
    expect(await ask(900)).toBe("AccessDenied");
  });

  it("deletes the roles of a stack, whatever is attached to them", async () => {
    const attached = role("Attached", { ManagedPolicyArns: [READ_ONLY], ...inline(MAY_READ) });
    await cloudFormation.send(
      new UpdateStackCommand(template(attached, role("Managed"), managed("Managed", MAY_READ))),
    );
    await cloudFormation.send(new DeleteStackCommand({ StackName: "roles" }));
    const { Roles = [] } = await iamOf(sandbox, MASTER).send(new ListRolesCommand({}));
    expect(Roles.map(({ RoleName }) => RoleName)).toEqual([sandbox.deployRoleName]);
  });

  it("deletes a stack whose role somebody deleted", async () => {
    await cloudFormation.send(new CreateStackCommand(template(role("Gone"), policy("Gone", MAY_READ), role("Kept"))));
    const iam = iamOf(sandbox, MASTER);
    await iam.send(new DeleteRolePolicyCommand({ RoleName: "Gone", PolicyName: "Gone" }));
    await iam.send(new DeleteRoleCommand({ RoleName: "Gone" }));
    await cloudFormation.send(new DeleteStackCommand({ StackName: "roles" }));
    await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: "roles" }))).rejects.toThrow("not exist");
    const { Roles = [] } = await iam.send(new ListRolesCommand({}));
    expect(Roles.map(({ RoleName }) => RoleName)).toEqual([sandbox.deployRoleName]);
  });
});

describe("a change set", () => {
  it("gives a stack its outputs through a change set, on creation and on a change", async () => {
    expect(await outputsAfter("CREATE", "first")).toMatchObject([{ OutputKey: "Told", OutputValue: "first" }]);
    expect(await outputsAfter("UPDATE", "second")).toMatchObject([{ OutputKey: "Told", OutputValue: "second" }]);
  });

  it("accepts the deletion of a change set that does not exist, as cdk diff needs", async () => {
    const none = new DeleteChangeSetCommand({ StackName: "changed", ChangeSetName: "none" });
    expect((await cloudFormation.send(none)).$metadata).toMatchObject({ httpStatusCode: 200, attempts: 1 });
  });
});
