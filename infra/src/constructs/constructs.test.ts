import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Duration, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AccountPrincipal, ManagedPolicy, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MasterRole } from "./master-role.ts";
import { TargetRole } from "./target-role.ts";

const masterArn = "arn:aws:iam::123456789012:role/agent-roles-master/agent-master";

/** Without it, the CDK leaves a directory behind. */
let outdir: string;
beforeEach(async () => {
  outdir = await mkdtemp(join(tmpdir(), "constructs-"));
});
afterEach(() => rm(outdir, { recursive: true }));

function stackIn(account: string, app: App = new App({ outdir })): Stack {
  return new Stack(app, `Stack${account}`, { env: { account, region: "eu-central-1" } });
}

/** The properties of the role with this name. */
function roleIn(stack: Stack, name: string): unknown {
  const roles = Object.values(Template.fromStack(stack).findResources("AWS::IAM::Role"));
  return roles.find(({ Properties }) => Properties.RoleName === name)?.["Properties"];
}

it("makes a target role that other constructs can grant to", () => {
  const stack = stackIn("123456789013");
  const target = new TargetRole(stack, "Target", { roleName: "agent-read", masterRole: masterArn });
  new Bucket(stack, "Bucket").grantRead(target);
  const [policy] = Object.values(Template.fromStack(stack).findResources("AWS::IAM::Policy"));
  expect(JSON.stringify(policy)).toContain("s3:GetObject*");
  expect(policy).toMatchObject({ Properties: { Roles: [stack.resolve(target.roleName)] } });
});

it("trusts the master role by ARN, with external ID and organization, and allows the given tags and identities", () => {
  const stack = stackIn("123456789013");
  new TargetRole(stack, "Target", {
    roleName: "agent-read",
    masterRole: masterArn,
    externalId: "x-1",
    organizationId: "o-a1b2c3d4e5",
    sessionTags: ["task"],
    sourceIdentities: ["*@example.com"],
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName("ReadOnlyAccess")],
    maxSessionDuration: Duration.hours(2),
  });
  const isMaster = {
    ArnEquals: { "aws:PrincipalArn": masterArn },
    StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
  };
  expect(roleIn(stack, "agent-read")).toMatchObject({
    Path: "/agent-roles/",
    MaxSessionDuration: 7200,
    AssumeRolePolicyDocument: {
      Statement: [
        { Action: "sts:AssumeRole", Condition: { ...isMaster, StringEquals: { "sts:ExternalId": "x-1" } } },
        { Action: "sts:TagSession", Condition: isMaster },
        { Action: "sts:SetSourceIdentity", Condition: isMaster },
      ],
    },
  });
});

it("connects a master and a target in two accounts without a reference between their stacks", () => {
  const app = new App({ outdir });
  const master = new MasterRole(stackIn("123456789012", app), "Master", {
    roleName: "agent-master",
    assumedBy: new AccountPrincipal("123456789012"),
    targetAccounts: ["123456789013"],
  });
  const stack = stackIn("123456789013", app);
  new TargetRole(stack, "Target", { roleName: "agent-read", masterRole: master, profile: "Reader" });
  const assembly = app.synth();
  const text = JSON.stringify(assembly.getStackArtifact(stack.artifactId).template);
  expect(text).toContain(":iam::123456789012:role/agent-roles-master/agent-master");
  expect(text).toContain(":iam::123456789013:role/agent-roles/agent-read:Reader");
  expect(text).not.toContain("Fn::ImportValue");
  expect(JSON.stringify(roleIn(master.stack, "agent-master"))).toContain(":iam::123456789013:role/agent-roles/*");
});

it("refuses a master that could assume roles everywhere, or itself", () => {
  const stack = stackIn("123456789012");
  const assumedBy = new AccountPrincipal("123456789012");
  expect(() => new MasterRole(stack, "A", { roleName: "m", assumedBy })).toThrow(
    /set organizationId or targetAccounts/,
  );
  const itself = { roleName: "m", assumedBy, organizationId: "o-a1b2c3d4e5", path: "/agent-roles/master/" };
  expect(() => new MasterRole(stack, "B", itself)).toThrow(/could assume itself/);
});

it.each([
  ["targetAccounts: *", { targetAccounts: ["*"] }, /"\*" in targetAccounts is not an account ID/],
  [
    "a targetPath that is the beginning of others",
    { targetAccounts: ["123456789013"], targetPath: "/agents" },
    /covers other paths/,
  ],
])("refuses a master with %s", (_, props, message) => {
  const assumedBy = new AccountPrincipal("123456789012");
  const stack = stackIn("123456789012");
  expect(() => new MasterRole(stack, "A", { roleName: "m", assumedBy, ...props })).toThrow(message);
});

it.each([
  ["a name", "agent-master"],
  ["every role of an account", "arn:aws:iam::123456789012:role/*"],
  ["the account itself", "arn:aws:iam::123456789012:root"],
  ["a session", "arn:aws:sts::123456789012:assumed-role/agent-master/s1"],
])("refuses a master role that is %s", (_, masterRole) => {
  const props = { roleName: "agent-read", masterRole };
  expect(() => new TargetRole(stackIn("123456789013"), "Target", props)).toThrow(/is not the ARN of a role/);
});

it.each(["my profile", "a:b", "default"])("refuses the profile %s", (profile) => {
  const props = { roleName: "agent-read", masterRole: masterArn, profile };
  expect(() => new TargetRole(stackIn("123456789013"), "Target", props)).toThrow(/is not one that every AWS SDK/);
});

it("keeps what others add to the trust policy of a target role", () => {
  const stack = stackIn("123456789013");
  const target = new TargetRole(stack, "Target", { roleName: "agent-read", masterRole: masterArn });
  const principals = [new ServicePrincipal("lambda.amazonaws.com")];
  target.assumeRolePolicy?.addStatements(new PolicyStatement({ actions: ["sts:AssumeRole"], principals }));
  expect(roleIn(stack, "agent-read")).toMatchObject({
    AssumeRolePolicyDocument: {
      Statement: [
        { Condition: { ArnEquals: { "aws:PrincipalArn": masterArn } } },
        { Principal: { Service: "lambda.amazonaws.com" } },
      ],
    },
  });
});
