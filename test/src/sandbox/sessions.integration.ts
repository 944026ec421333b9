import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { CloudFormationClient, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import {
  AddUserToGroupCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRolePermissionsBoundaryCommand,
  IAMClient,
  ListRolesCommand,
  UpdateAccessKeyCommand,
  PutGroupPolicyCommand,
  PutRolePermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  allows,
  assume,
  clientOptions,
  createAgent,
  createTarget,
  iamOf,
  type Keys,
  MASTER,
  OTHER,
  outcome,
  refusal,
  trusts,
  whoAmI,
} from "./fixture.ts";

let sandbox: Sandbox;
let agentArn: string;
let agent: Keys;

beforeAll(async () => {
  sandbox = await startSandbox();
  agentArn = await createAgent(sandbox);
  agent = await assume(sandbox.endpoint, sandbox.admin(), agentArn);
});
afterAll(() => sandbox.close());
afterEach(() => sandbox.faults({}));

describe("a session", () => {
  it("shows a session its own account and caller", async () => {
    const target = await assume(
      sandbox.endpoint,
      agent,
      await createTarget(sandbox, "Mine", trusts(), { identityPolicy: allows("iam:ListRoles") }),
    );
    expect(await whoAmI(sandbox.endpoint, target)).toBe(`arn:aws:sts::${OTHER}:assumed-role/Mine/work`);
    const { Roles = [] } = await new IAMClient(clientOptions(sandbox.endpoint, target)).send(new ListRolesCommand({}));
    expect(Roles.map(({ Arn }) => Arn)).toContain(`arn:aws:iam::${OTHER}:role/agent-roles/Mine`);
    expect(Roles.map(({ Arn }) => Arn)).not.toContain(agentArn);
  });

  it("ends a session for every service, and the sessions that it assumed", async () => {
    const roleArn = await createTarget(sandbox, "Short");
    sandbox.faults({ sessionLifetimeSeconds: 1 });
    const short = await assume(sandbox.endpoint, agent, roleArn);
    sandbox.faults({});
    expect(short.expiration.getTime() - Date.now()).toBeLessThanOrEqual(1_000);
    await delay(Math.max(0, short.expiration.getTime() - Date.now()));

    const options = clientOptions(sandbox.endpoint, short);
    const expired = { name: "ExpiredToken", message: "The security token included in the request is expired" };
    await expect(new STSClient(options).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(expired);
    await expect(new IAMClient(options).send(new ListRolesCommand({}))).rejects.toMatchObject(expired);
    await expect(new CloudFormationClient(options).send(new ListStacksCommand({}))).rejects.toMatchObject(expired);
    expect(await outcome(sandbox.endpoint, short, roleArn)).toBe("ExpiredToken");
  });

  it("lets a session of an IAM user last as long as the role grants", async () => {
    const { expiration } = await assume(sandbox.endpoint, sandbox.admin(), agentArn, { DurationSeconds: 43_200 });
    expect(Math.round((expiration.getTime() - Date.now()) / 1000 / 60)).toBe(720);
  });

  it("applies the session policy of a session to its AssumeRole calls", async () => {
    const roleArn = await createTarget(sandbox, "AfterNarrow");
    const narrow = await assume(sandbox.endpoint, sandbox.admin(), agentArn, { Policy: allows("s3:*") });
    const ReadOnlyAccess = { arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" };
    const reader = await assume(sandbox.endpoint, sandbox.admin(), agentArn, { PolicyArns: [ReadOnlyAccess] });
    expect(await outcome(sandbox.endpoint, narrow, roleArn)).toBe("AccessDenied");
    expect(await outcome(sandbox.endpoint, reader, roleArn)).toBe("AccessDenied");
  });
});

describe("a chain", () => {
  it("carries transitive tags and the source identity along a chain", async () => {
    const Action = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
    const tagged = { StringEquals: { "aws:PrincipalTag/team": "blue", "sts:SourceIdentity": "alice" } };
    const first = await createTarget(sandbox, "First", trusts({ Action, Condition: {} }), {
      identityPolicy: allows("sts:*"),
    });
    const Principal = { AWS: first };
    const last = await createTarget(sandbox, "Last", trusts({ Action, Condition: tagged, Principal }));
    const Tags = [{ Key: "team", Value: "blue" }];

    const passing = { Tags, TransitiveTagKeys: ["team"], SourceIdentity: "alice" };
    const middle = await assume(sandbox.endpoint, agent, first, passing);
    expect(await outcome(sandbox.endpoint, middle, last)).toBe("allowed");
    expect(await outcome(sandbox.endpoint, middle, last, { Tags })).toBe("InvalidParameterValue");
    expect(await outcome(sandbox.endpoint, middle, last, { SourceIdentity: "bob" })).toBe("ValidationError");
    const untagged = await assume(sandbox.endpoint, agent, first);
    expect(await outcome(sandbox.endpoint, untagged, last)).toBe("AccessDenied");
  });
});

describe("an IAM user", () => {
  it("accepts the key of an IAM user until it is deleted, with its groups' policies", async () => {
    const iam = iamOf(sandbox, MASTER);
    const UserName = "alice";
    const { User } = await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const keys = { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
    const roleArn = await createTarget(sandbox, "ForAlice", trusts({ Condition: {} }));
    expect(await whoAmI(sandbox.endpoint, keys)).toBe(User?.Arn);
    const guessed = { ...keys, secretAccessKey: "a guess" };
    await expect(whoAmI(sandbox.endpoint, guessed)).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    expect(await outcome(sandbox.endpoint, keys, roleArn)).toBe("AccessDenied");

    const GroupName = "assumers";
    await iam.send(new CreateGroupCommand({ GroupName }));
    const PolicyDocument = allows("sts:AssumeRole");
    await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: "assume", PolicyDocument }));
    await iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
    expect(await outcome(sandbox.endpoint, keys, roleArn)).toBe("allowed");

    const key = { UserName, AccessKeyId: keys.accessKeyId };
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: "Inactive" }));
    expect(await outcome(sandbox.endpoint, keys, roleArn)).toBe("InvalidClientTokenId");
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: "Active" }));
    expect(await outcome(sandbox.endpoint, keys, roleArn)).toBe("allowed");
    await iam.send(new DeleteAccessKeyCommand(key));
    expect(await outcome(sandbox.endpoint, keys, roleArn)).toBe("InvalidClientTokenId");
  });
});

describe("a permissions boundary", () => {
  it("narrows by a permissions boundary which roles a caller can assume", async () => {
    const iam = iamOf(sandbox, MASTER);
    const roleArn = await createTarget(sandbox, "Bounded", trusts());
    const boundary = { PolicyName: "boundary", PolicyDocument: allows("s3:*") };
    const { Policy } = await iam.send(new CreatePolicyCommand(boundary));
    const RoleName = "agent";
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("allowed");
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: Policy?.Arn }));
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("AccessDenied");
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("allowed");
  });
});

describe("a web identity", () => {
  it("assumes the role that trusts the subject of a web identity, unsigned", async () => {
    const issuer = "token.actions.githubusercontent.com";
    const iam = iamOf(sandbox, MASTER);
    const ClientIDList = ["sts.amazonaws.com"];
    await iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: `https://${issuer}`, ClientIDList, ThumbprintList: [] }),
    );
    const AssumeRolePolicyDocument = trusts({
      Principal: { Federated: `arn:aws:iam::${MASTER}:oidc-provider/${issuer}` },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: "repo:me/mine" } },
    });
    await iam.send(new CreateRoleCommand({ RoleName: "ci", AssumeRolePolicyDocument }));
    const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.endpoint, maxAttempts: 1 });
    const ask = (sub: string) => {
      const claims = {
        iss: `https://${issuer}`,
        sub,
        aud: "sts.amazonaws.com",
        exp: Math.floor(Date.now() / 1000) + 300,
      };
      const parts = ["{}", JSON.stringify(claims), "x"].map((part) => Buffer.from(part).toString("base64url"));
      const RoleArn = `arn:aws:iam::${MASTER}:role/ci`;
      return sts.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: "ci", WebIdentityToken: parts.join(".") }),
      );
    };
    expect((await ask("repo:me/mine")).AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${MASTER}:assumed-role/ci/ci`);
    expect(await refusal(ask("repo:other/mine"))).toBe("AccessDenied");
  });
});
