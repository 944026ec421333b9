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
} from "./world.ts";

let sandbox: Sandbox;
let agent: Keys;

beforeAll(async () => {
  sandbox = await startSandbox();
  agent = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
});
afterAll(() => sandbox.close());

/** What the gateway answers, and what moto would have answered without it. */
const both = async (roleArn: string, extra: Parameters<typeof assume>[3] = {}, caller = agent): Promise<string[]> => [
  await outcome(sandbox.endpoint, caller, roleArn, extra),
  await outcome(sandbox.motoEndpoint, caller, roleArn, extra),
];

describe("what the gateway refuses and moto alone would allow", () => {
  it("a role that does not exist", async () => {
    expect(await both(`arn:aws:iam::${OTHER}:role/agent-roles/Unknown`)).toEqual(["AccessDenied", "allowed"]);
  });

  it("a role that exists under another path", async () => {
    await createTarget(sandbox, "Elsewhere");
    expect(await both(`arn:aws:iam::${OTHER}:role/Elsewhere`)).toEqual(["AccessDenied", "allowed"]);
  });

  it("a caller whom the trust policy does not name", async () => {
    const roleArn = await createTarget(sandbox, "OtherPrincipal", trusts({ Principal: { AWS: "999999999999" } }));
    expect(await both(roleArn)).toEqual(["AccessDenied", "allowed"]);
  });

  it("a role of the trusted account that is not the master role", async () => {
    const roleArn = await createTarget(sandbox, "MasterOnly");
    expect(await both(roleArn, {}, sandbox.admin())).toEqual(["AccessDenied", "allowed"]);
    expect(await outcome(sandbox.endpoint, agent, roleArn)).toBe("allowed");
  });

  it("a missing external id, and a wrong one", async () => {
    const condition = { StringEquals: { "sts:ExternalId": "the-right-one" } };
    const roleArn = await createTarget(sandbox, "ExternalId", trusts({ Condition: condition }));
    expect(await both(roleArn)).toEqual(["AccessDenied", "allowed"]);
    expect(await both(roleArn, { ExternalId: "a-wrong-one" })).toEqual(["AccessDenied", "allowed"]);
    expect(await outcome(sandbox.endpoint, agent, roleArn, { ExternalId: "the-right-one" })).toBe("allowed");
  });

  it("a caller whose own policies do not allow the call", async () => {
    const trusting = trusts({ Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Condition: {} });
    const idle = await createTarget(sandbox, "Idle", trusts(), { identityPolicy: allows("s3:*") });
    const roleArn = await createTarget(sandbox, "Trusting", trusting);
    const caller = await assume(sandbox.endpoint, agent, idle);
    expect(await both(roleArn, {}, caller)).toEqual(["AccessDenied", "allowed"]);
  });

  it("session tags and a source identity that the trust policy does not allow", async () => {
    const roleArn = await createTarget(sandbox, "Plain");
    expect(await both(roleArn, { Tags: [{ Key: "team", Value: "blue" }] })).toEqual(["AccessDenied", "allowed"]);
    expect(await both(roleArn, { SourceIdentity: "alice" })).toEqual(["AccessDenied", "allowed"]);
  });

  it("more than an hour for a chained session", async () => {
    const roleArn = await createTarget(sandbox, "Long", trusts(), { MaxSessionDuration: 43_200 });
    expect(await both(roleArn, { DurationSeconds: 3601 })).toEqual(["ValidationError", "allowed"]);
  });

  it("more time than the role grants", async () => {
    const roleArn = `arn:aws:iam::${OTHER}:role/${sandbox.deployRoleName}`;
    expect(await both(roleArn, { DurationSeconds: 3601 }, sandbox.admin())).toEqual(["ValidationError", "allowed"]);
  });

  it("keys that nobody issued", async () => {
    const roleArn = await createTarget(sandbox, "NoSuchKey");
    const unknown = { accessKeyId: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
    expect(await both(roleArn, {}, unknown)).toEqual(["InvalidClientTokenId", "allowed"]);
  });

  it("the key of one session with the secret, or the token, of another", async () => {
    const roleArn = await createTarget(sandbox, "HalfWritten");
    const [one, other] = [
      await assume(sandbox.endpoint, agent, roleArn),
      await assume(sandbox.endpoint, agent, roleArn),
    ];
    const torn = { ...one, secretAccessKey: other.secretAccessKey };
    expect(await both(roleArn, {}, torn)).toEqual(["SignatureDoesNotMatch", "allowed"]);
    const mixed = { ...one, sessionToken: String(other.sessionToken) };
    expect(await both(roleArn, {}, mixed)).toEqual(["InvalidClientTokenId", "allowed"]);
  });
});

describe("what the gateway asks moto's process for", () => {
  it("is told to nobody else: secrets are among it", async () => {
    const { accessKeyId } = sandbox.admin();
    const url = `${sandbox.motoEndpoint}/_directory/user?key=${accessKeyId}`;
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { headers: { "x-directory-token": "a guess" } })).status).toBe(403);
  });
});

describe("what the gateway says", () => {
  it("names caller, action and role in AWS's words, and keeps the reasons for the log", async () => {
    const roleArn = await createTarget(sandbox, "Words", trusts({ Principal: { AWS: "999999999999" } }));
    sandbox.resetCalls();
    await expect(assume(sandbox.endpoint, agent, roleArn)).rejects.toThrow(
      `User: arn:aws:sts::${MASTER}:assumed-role/agent/work is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );
    expect(sandbox.calls()).toMatchObject([{ action: "AssumeRole", roleArn, outcome: "AccessDenied" }]);
    expect(sandbox.calls()[0]?.reasons?.length).toBeGreaterThan(0);
  });
});

describe("a policy that is changed", () => {
  it("counts from the next call on, the target's trust as much as the caller's permission", async () => {
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
