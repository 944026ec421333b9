import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Finished } from "./harness/agent-roles.ts";
import { agentRoles } from "./harness/in-process.ts";
import { cleanEnv } from "./harness/clean-env.ts";
import { assume, createAgent, createTarget, iamOf, type Keys, MASTER, OTHER, trusts } from "./sandbox/fixture.ts";

const AGENT = `arn:aws:iam::${MASTER}:role/agents/agent`;
const ROLES = `arn:aws:iam::${OTHER}:role/agent-roles`;
const SECRET = "secret-of-static-keys";

interface Reports {
  readonly verify: Finished;
  readonly doctor: Finished;
}

let sandbox: Sandbox;
let home: string;
let configured: Finished;
/** Before any fault, with four faults at once, and with a master session that has ended. */
let healthy: Reports;
let planted: Reports;
let expired: Reports;

beforeAll(async () => {
  sandbox = await startSandbox();
  home = await mkdtemp(join(tmpdir(), "agent-roles-planted-"));
  await createAgent(sandbox);
  sandbox.faults({ sessionLifetimeSeconds: 1 });
  const ended = await assume(sandbox.endpoint, sandbox.admin(), AGENT);
  sandbox.faults({});
  const externalId = { "sts:ExternalId": "vendor-42" };
  const vendorTrust = trusts({ Condition: { ArnEquals: { "aws:PrincipalArn": AGENT }, StringEquals: externalId } });
  const env = {
    ...cleanEnv(home),
    ...sandbox.env(),
    ...keyVariables(await assume(sandbox.endpoint, sandbox.admin(), AGENT)),
    AWS_ROLE_1: `${await createTarget(sandbox, "Reports")}:Reports`,
    AWS_ROLE_2: `${await createTarget(sandbox, "Vendor", vendorTrust)}:Vendor`,
    AWS_ROLE_2_EXTERNAL_ID: "vendor-42",
    AWS_ROLE_3: `${await createTarget(sandbox, "Billing")}:Billing`,
  };
  configured = await agentRoles(["configure"], env);
  healthy = await reports(env);

  await setTimeout(Math.max(0, ended.expiration.getTime() - Date.now()));
  expired = await reports({ ...env, ...keyVariables(ended) });

  const PolicyDocument = trusts({ Principal: { AWS: OTHER }, Condition: {} });
  await iamOf(sandbox, OTHER).send(new UpdateAssumeRolePolicyCommand({ RoleName: "Reports", PolicyDocument }));
  const keys = `\n[Billing]\naws_access_key_id = AKIASTATICEXAMPLE\naws_secret_access_key = ${SECRET}\n`;
  await appendFile(join(home, ".aws/credentials"), keys);
  sandbox.faults({ clockOffsetMs: 600_000 });
  planted = await reports({ ...env, AWS_ROLE_2_EXTERNAL_ID: "vendor-24" });
});
afterAll(async () => {
  await sandbox.close();
  await rm(home, { recursive: true, force: true });
});

function keyVariables({ accessKeyId, secretAccessKey, sessionToken = "" }: Keys): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
}

async function reports(env: Readonly<Record<string, string>>): Promise<Reports> {
  return { verify: await agentRoles(["verify"], env), doctor: await agentRoles(["doctor"], env) };
}

/** The problems of a report: a line that is not ok, and the indented lines below it. */
function problems({ stdout }: Finished): readonly string[] {
  return stdout.split(/\n(?! )/).filter((problem) => !/^ok\b/.test(problem));
}

it("reports nothing before a fault is planted", () => {
  expect(configured).toMatchObject({ exitCode: 0 });
  expect(healthy).toMatchObject({ verify: { exitCode: 0, stderr: "" }, doctor: { exitCode: 0, stderr: "" } });
  expect(problems(healthy.verify)).toEqual([]);
  expect(problems(healthy.doctor)).toEqual([]);
});

it("reports a trust policy that no longer allows the master, with the statement to add, and a wrong external ID", () => {
  expect(planted.verify).toMatchObject({ exitCode: 1, stderr: "2 of 3 profiles failed: Reports, Vendor" });
  const [trust, externalId, ...others] = problems(planted.verify);
  expect(others).toEqual([]);
  expect(trust).toMatch(/^failed +Reports +\w+: /);
  expect(trust).toContain(`the trust policy of ${ROLES}/Reports allows the master`);
  expect(trust).toContain(`add this statement to the trust policy of ${ROLES}/Reports:`);
  expect(trust).toContain(`"Principal":{"AWS":"arn:aws:iam::${MASTER}:root"},"Action":"sts:AssumeRole"`);
  expect(externalId).toMatch(/^failed +Vendor +\w+: /);
  expect(externalId).toContain('sts:ExternalId in it is "vendor-24" (if not, correct AWS_ROLE_2_EXTERNAL_ID)');
});

it("reports static keys that shadow a profile and a clock that is ten minutes off, with their fixes", () => {
  expect(planted.doctor).toMatchObject({ exitCode: 1, stderr: "" });
  const [keys, clock, ...others] = problems(planted.doctor);
  expect(others).toEqual([]);
  expect(keys).toMatch(/^error +shadowing-keys .*credentials:\d+: the keys of "Billing" shadow its credential_process/);
  expect(keys).toContain("fix: Remove aws_access_key_id, aws_secret_access_key and aws_session_token there.");
  expect(clock).toMatch(/^error +clock .*clock is (?:59|60)\d s behind AWS/);
  expect(clock).toContain("fix: Synchronize the clock (NTP).");
});

it("reports an expired master session, as the master's, with its fix", () => {
  expect(expired).toMatchObject({ verify: { exitCode: 1 }, doctor: { exitCode: 1 } });
  const [master, ...others] = problems(expired.doctor);
  expect(others).toEqual([]);
  expect(master).toMatch(/^error +master-credentials .*expired[^\n]*\n {2}fix: \w/);
  expect(problems(expired.verify)).toHaveLength(3);
  for (const problem of problems(expired.verify)) {
    expect(problem).toMatch(/^failed +\w+ +MasterCredentialsExpired: [^\n]*\n {2}failed at: the master/);
    expect(problem).toMatch(/\n {2}fix: \w/);
    expect(problem).not.toContain("add this statement");
  }
});

it("prints no secret in any report of a planted fault", () => {
  expect(JSON.stringify([healthy, planted, expired])).not.toContain(SECRET);
});
