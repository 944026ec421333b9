import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import {
  CreatePolicyVersionCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  allows,
  assume,
  createAgent,
  createTarget,
  iamOf,
  type Keys,
  MASTER,
  OTHER,
  outcome,
  trusts,
} from "./fixture.ts";

let sandbox: Sandbox;
let agent: Keys;

beforeAll(async () => {
  sandbox = await startSandbox();
  agent = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
});
afterAll(() => sandbox.close());

const call = (roleArn: string, extra: Parameters<typeof assume>[3] = {}, caller = agent): Promise<string> =>
  outcome(sandbox.endpoint, caller, roleArn, extra);

describe("the gateway", () => {
  it("refuses a role that does not exist", async () => {
    expect(await call(`arn:aws:iam::${OTHER}:role/agent-roles/Unknown`)).toBe("AccessDenied");
  });

  it("refuses a role that exists under another path", async () => {
    await createTarget(sandbox, "Elsewhere");
    expect(await call(`arn:aws:iam::${OTHER}:role/Elsewhere`)).toBe("AccessDenied");
  });

  it("refuses a caller that the trust policy does not name", async () => {
    const roleArn = await createTarget(sandbox, "OtherPrincipal", trusts({ Principal: { AWS: "999999999999" } }));
    expect(await call(roleArn)).toBe("AccessDenied");
  });

  it("refuses a role of the trusted account that is not the master role", async () => {
    const roleArn = await createTarget(sandbox, "MasterOnly");
    expect(await call(roleArn, {}, sandbox.admin())).toBe("AccessDenied");
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("allowed");
  });

  it("refuses a missing external ID, and a wrong one", async () => {
    const condition = { StringEquals: { "sts:ExternalId": "the-right-one" } };
    const roleArn = await createTarget(sandbox, "ExternalId", trusts({ Condition: condition }));
    expect(await call(roleArn)).toBe("AccessDenied");
    expect(await call(roleArn, { ExternalId: "a-wrong-one" })).toBe("AccessDenied");
    expect(await outcome(sandbox.endpoint, agent, roleArn, { ExternalId: "the-right-one" })).toBe("allowed");
  });

  it("refuses a caller whose own policies do not allow the call", async () => {
    const trusting = trusts({ Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Condition: {} });
    const idle = await createTarget(sandbox, "Idle", trusts(), { identityPolicy: allows("s3:*") });
    const roleArn = await createTarget(sandbox, "Trusting", trusting);
    const caller = await assume(sandbox.endpoint, agent, idle);
    expect(await call(roleArn, {}, caller)).toBe("AccessDenied");
  });

  it("refuses session tags and a source identity that the trust policy does not allow", async () => {
    const roleArn = await createTarget(sandbox, "Plain");
    expect(await call(roleArn, { Tags: [{ Key: "team", Value: "blue" }] })).toBe("AccessDenied");
    expect(await call(roleArn, { SourceIdentity: "alice" })).toBe("AccessDenied");
  });

  it("refuses more than an hour for a chained session", async () => {
    const roleArn = await createTarget(sandbox, "Long", trusts(), { MaxSessionDuration: 43_200 });
    expect(await call(roleArn, { DurationSeconds: 3601 })).toBe("ValidationError");
  });

  it("refuses more time than the role grants", async () => {
    const roleArn = `arn:aws:iam::${OTHER}:role/${sandbox.deployRoleName}`;
    expect(await call(roleArn, { DurationSeconds: 3601 }, sandbox.admin())).toBe("ValidationError");
  });

  it("refuses keys that were not issued", async () => {
    const roleArn = await createTarget(sandbox, "NoSuchKey");
    const unknown = { accessKeyId: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
    expect(await call(roleArn, {}, unknown)).toBe("InvalidClientTokenId");
  });

  it("refuses the key of one session with the secret, or the token, of another", async () => {
    const roleArn = await createTarget(sandbox, "HalfWritten");
    const [one, other] = [
      await assume(sandbox.endpoint, agent, roleArn),
      await assume(sandbox.endpoint, agent, roleArn),
    ];
    const torn = { ...one, secretAccessKey: other.secretAccessKey };
    expect(await call(roleArn, {}, torn)).toBe("SignatureDoesNotMatch");
    const mixed = { ...one, sessionToken: String(other.sessionToken) };
    expect(await call(roleArn, {}, mixed)).toBe("InvalidClientTokenId");
  });
});

describe("an error of the gateway", () => {
  it("names caller, action and role of a refusal in AWS's words, and keeps the reasons for the log", async () => {
    const roleArn = await createTarget(sandbox, "Words", trusts({ Principal: { AWS: "999999999999" } }));
    sandbox.resetCalls();
    await expect(assume(sandbox.endpoint, agent, roleArn)).rejects.toThrow(
      `User: arn:aws:sts::${MASTER}:assumed-role/agent/work is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
    expect(sandbox.calls()).toMatchObject([{ action: "AssumeRole", roleArn, outcome: "AccessDenied" }]);
    expect(sandbox.calls()[0]?.reasons?.length).toBeGreaterThan(0);
  });
});

describe("a changed policy", () => {
  it("applies a changed trust policy or identity policy to the next call", async () => {
    const iam = iamOf(sandbox, OTHER);
    const RoleName = "Changing";
    const roleArn = await createTarget(sandbox, RoleName);
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("allowed");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trusts({ Effect: "Deny" }) }));
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("AccessDenied");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trusts() }));
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("allowed");

    const PolicyArn = `arn:aws:iam::${MASTER}:policy/may-assume`;
    const narrower = { PolicyArn, PolicyDocument: allows("s3:*"), SetAsDefault: true };
    await iamOf(sandbox, MASTER).send(new CreatePolicyVersionCommand(narrower));
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("AccessDenied");
    await iamOf(sandbox, MASTER).send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: "v1" }));
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("allowed");

    const deny = { RoleName: "agent", PolicyName: "deny" };
    const PolicyDocument = allows("sts:AssumeRole").replace("Allow", "Deny");
    await iamOf(sandbox, MASTER).send(new PutRolePolicyCommand({ ...deny, PolicyDocument }));
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("AccessDenied");
    await iamOf(sandbox, MASTER).send(new DeleteRolePolicyCommand(deny));
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("allowed");
  });
});
