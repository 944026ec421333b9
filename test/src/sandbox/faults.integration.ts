import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startAgentRoles } from "../harness/agent-roles.ts";
import { cleanEnv } from "../harness/clean-env.ts";
import {
  allows,
  assume,
  clientOptions,
  createAgent,
  createTarget,
  type Keys,
  MASTER,
  OTHER,
  outcome,
  trusts,
} from "./fixture.ts";

let sandbox: Sandbox;
let agent: Keys;
let roleArn: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  agent = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
  roleArn = await createTarget(sandbox, "Target");
});
afterAll(() => sandbox.close());
afterEach(() => {
  sandbox.faults({});
  sandbox.resetCalls();
});

const outcomes = async (count: number): Promise<string[]> => {
  const seen: string[] = [];
  for (let call = 0; call < count; call += 1) seen.push(await outcome(sandbox.endpoint, agent, roleArn));
  return seen;
};

describe("faults", () => {
  it("throttles the next calls, as STS does, and no more", async () => {
    sandbox.faults({ throttle: 2 });
    expect(await outcomes(3)).toEqual(["Throttling", "Throttling", "allowed"]);
  });

  it("makes STS unavailable until faults are cleared", async () => {
    sandbox.faults({ unavailable: true });
    expect(await outcomes(2)).toEqual(["ServiceUnavailable", "ServiceUnavailable"]);
    sandbox.faults({});
    expect(await outcomes(1)).toEqual(["allowed"]);
  });

  it("lets an SDK retry what is throttled", async () => {
    sandbox.faults({ throttle: 2 });
    const sts = new STSClient({ ...clientOptions(sandbox.endpoint, agent), maxAttempts: 3 });
    await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "work" }));
    expect(sandbox.calls().map((call) => call.outcome)).toEqual(["Throttling", "Throttling", "ok"]);
  });

  it("delays the answer of STS by latencyMs", async () => {
    sandbox.faults({ latencyMs: 300 });
    const start = performance.now();
    await outcomes(1);
    expect(performance.now() - start).toBeGreaterThanOrEqual(295);
  });

  it("leaves deployments alone while STS fails", async () => {
    sandbox.faults({ throttle: true, outage: true, sessionLifetimeSeconds: 1 });
    const deployRole = `arn:aws:iam::${OTHER}:role/${sandbox.deployRoleName}`;
    const { expiration } = await assume(sandbox.endpoint, sandbox.admin(), deployRole);
    expect(expiration.getTime() - Date.now()).toBeGreaterThan(3_500_000);
  });

  it("puts AWS's clock ahead, which an SDK corrects for", async () => {
    sandbox.faults({ clockOffsetMs: 600_000 });
    expect(await outcomes(1)).toEqual(["SignatureDoesNotMatch"]);
    const sts = new STSClient({ ...clientOptions(sandbox.endpoint, agent), maxAttempts: 2 });
    expect(await sts.send(new GetCallerIdentityCommand({}))).toHaveProperty("Arn");
  });

  it("keeps a new role from being assumed at first", async () => {
    sandbox.faults({ newRoleDelaySeconds: 60 });
    const target = await createTarget(sandbox, "New");
    expect(await outcome(sandbox.endpoint, agent, target)).toBe("AccessDenied");
    sandbox.faults({ newRoleDelaySeconds: 0 });
    expect(await outcome(sandbox.endpoint, agent, target)).toBe("allowed");
  });

  it("lets run assume a new role seconds after IAM knows it", async () => {
    const home = await mkdtemp(join(tmpdir(), "agent-roles-new-"));
    onTestFinished(() => rm(home, { recursive: true }));
    sandbox.faults({ newRoleDelaySeconds: 3_600 });
    const run = startAgentRoles(["run"], {
      ...cleanEnv(home),
      ...sandbox.env(),
      AWS_ACCESS_KEY_ID: agent.accessKeyId,
      AWS_SECRET_ACCESS_KEY: agent.secretAccessKey,
      AWS_SESSION_TOKEN: agent.sessionToken ?? "",
      AWS_ROLE_1: `${roleArn}:New`,
    });
    const outcomesSeen = () => sandbox.calls().map((call) => call.outcome);
    await expect.poll(outcomesSeen, { timeout: 60_000 }).toContain("AccessDenied");
    sandbox.faults({});
    // The usual pause after a denial is five minutes.
    await expect.poll(outcomesSeen, { timeout: 60_000 }).toContain("ok");
    await run.stop("SIGTERM");
  });

  it("denies by a service control policy in every account but the first", async () => {
    const condition = { Condition: {}, Principal: { AWS: [MASTER, OTHER] } };
    const target = await createTarget(sandbox, "Guarded", trusts(condition), { identityPolicy: allows("sts:*") });
    const member = await assume(sandbox.endpoint, agent, target);
    expect(await outcome(sandbox.endpoint, member, target)).toBe("allowed");
    const Statement = { Effect: "Deny", Action: "sts:AssumeRole", Resource: "*" };
    sandbox.faults({ serviceControlPolicy: { Version: "2012-10-17", Statement } });
    expect(await outcome(sandbox.endpoint, member, target)).toBe("AccessDenied");
    expect(await outcome(sandbox.endpoint, agent, target)).toBe("allowed");
  });
});

const control = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(`${sandbox.endpoint}/_sandbox/${path}`, init);

describe("another process", () => {
  it("lets another process set faults and read the calls", async () => {
    expect((await control("faults", { method: "PUT", body: '{"throttle":1}' })).status).toBe(200);
    expect(await outcomes(2)).toEqual(["Throttling", "allowed"]);
    expect(await (await control("calls")).json()).toMatchObject([
      { outcome: "Throttling", roleArn },
      { outcome: "ok" },
    ]);
    await control("calls", { method: "DELETE" });
    expect(sandbox.calls()).toEqual([]);
  });

  it("answers malformed faults with an error", async () => {
    const answer = await control("faults", { method: "PUT", body: '{"throttle":-1}' });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: expect.stringContaining("throttle: -1 is not") },
    ]);
  });

  it("refuses faults from a web page", async () => {
    const headers = { origin: "https://evil.example" };
    expect((await control("faults", { method: "PUT", body: '{"outage":true}', headers })).status).toBe(403);
    expect(await outcomes(1)).toEqual(["allowed"]);
  });
});
