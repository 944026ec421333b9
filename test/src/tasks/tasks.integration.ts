import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAgentRoles } from "@agent-roles/runtime";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { seededRandom } from "../compare-evaluators/random.ts";
import { cleanEnv } from "../harness/clean-env.ts";
import { cloudTrailEvent } from "../harness/cloud-trail-event.ts";
import { agentRoles } from "../harness/in-process.ts";
import {
  allows,
  assume,
  clientOptions,
  createAgent,
  createTarget,
  iamOf,
  MASTER,
  type Keys,
  OTHER,
  trusts,
} from "../sandbox/fixture.ts";
import { isAllowed, randomPolicy, REQUESTS, type S3Request } from "./random-policies.ts";

const ACTIONS = { Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] };
const ACCOUNTS = Array.from({ length: 50 }, (_, index) => String(200_000_000_000 + index));

let sandbox: Sandbox;
let agent: Keys;
let home: string;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: [MASTER, OTHER, ...ACCOUNTS] });
  home = await mkdtemp(join(tmpdir(), "agent-roles-tasks-"));
  agent = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
  vi.stubEnv("AWS_ENDPOINT_URL_STS", sandbox.endpoint);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox?.close();
  await rm(home, { recursive: true, force: true });
});

/** Whether AWS allows the request, as a client of S3 sends it. */
async function decide(s3: S3Client, { action, resource }: S3Request): Promise<"allowed" | "denied"> {
  const [Bucket = "", ...key] = resource.replace("arn:aws:s3:::", "").split("/");
  const object = { Bucket, Key: key.join("/") };
  const calls = {
    "s3:GetObject": () => s3.send(new GetObjectCommand(object)),
    "s3:PutObject": () => s3.send(new PutObjectCommand({ ...object, Body: "x" })),
    "s3:DeleteObject": () => s3.send(new DeleteObjectCommand(object)),
    "s3:ListBucket": () => s3.send(new ListObjectsV2Command({ Bucket })),
  };
  try {
    await calls[action]();
    return "allowed";
  } catch (error) {
    // What is allowed can be missing.
    return error instanceof Error && error.name === "AccessDenied" ? "denied" : "allowed";
  }
}

/** Credentials of one client for many sessions, which `use` replaces: to make a client takes longer than a call. */
function replaceable() {
  let current: (() => Promise<Keys>) | undefined;
  const credentials = Object.assign(() => current?.() ?? Promise.reject(new Error("no session")), { memoized: true });
  return { credentials, use: (next: () => Promise<Keys>) => void (current = next) };
}

it("gives a scoped session what its parent can do and the policy allows, and nothing else, for 250 random pairs", async () => {
  const roleArn = await createTarget(sandbox, "Scoped", trusts(ACTIONS), { identityPolicy: allows("*") });
  const admin = new S3Client({ ...clientOptions(sandbox.endpoint, sandbox.admin(OTHER)), forcePathStyle: true });
  for (const Bucket of ["reports", "payroll"]) await admin.send(new CreateBucketCommand({ Bucket }));
  const { credentials, use } = replaceable();
  const s3 = new S3Client({
    region: "us-east-1",
    endpoint: sandbox.endpoint,
    credentials,
    maxAttempts: 1,
    forcePathStyle: true,
  });
  const random = seededRandom(17);
  const counts = { allowed: 0, denied: 0 };
  for (let parents = 0; parents < 50; parents += 1) {
    const parent = randomPolicy(random);
    const env = { AWS_ROLE_1: `${roleArn}:Scoped`, AWS_ROLE_1_SESSION_POLICY: JSON.stringify(parent) };
    const task = createAgentRoles({ env, masterCredentials: async () => agent }).task({ id: "INC-42" });
    for (let children = 0; children < 5; children += 1) {
      const asked = randomPolicy(random);
      const request = random.pick(REQUESTS);
      const scoped = await task.scoped("Scoped", { policy: asked });
      use(scoped.credentials);
      const decision = await decide(s3, request);
      const isBoth = isAllowed({ sessionPolicies: [parent], scopedPolicies: [asked] }, request);
      if (decision !== (isBoth ? "allowed" : "denied")) {
        throw new Error(JSON.stringify({ decision, request, parent, asked }));
      }
      counts[decision] += 1;
    }
  }
  expect(counts.allowed).toBeGreaterThan(10);
  expect(counts.denied).toBeGreaterThan(10);
});

it("knows the person, task and profile of every event of 20 people and 200 tasks in 50 accounts", async () => {
  const AssumeRolePolicyDocument = trusts(ACTIONS);
  const RoleName = "Target";
  for (const account of ACCOUNTS) {
    await iamOf(sandbox, account).send(
      new CreateRoleCommand({ RoleName, Path: "/agent-roles/", AssumeRolePolicyDocument }),
    );
  }
  const env = Object.fromEntries(
    ACCOUNTS.map((account, index) => [
      `AWS_ROLE_${index + 1}`,
      `arn:aws:iam::${account}:role/agent-roles/Target:P${index}`,
    ]),
  );
  const roles = createAgentRoles({ env, masterCredentials: async () => agent });
  const roleArns = roles.profiles().map(({ roleArn }) => roleArn);
  sandbox.resetCalls();
  const expected: string[] = [];
  const { credentials, use } = replaceable();
  const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.endpoint, credentials });
  for (let number = 0; number < 200; number += 1) {
    const person = `person-${number % 20}@example.com`;
    const task = roles.task({ id: `INC-${number}`, onBehalfOf: person });
    const profile = `P${(number * 7) % 50}`;
    use(task.clientConfig(profile).credentials);
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    expect(Arn).toMatch(new RegExp(`/INC-${number}$`));
    for (const action of ["AssumeRole", "GetCallerIdentity"])
      expected.push([action, person, task.id, profile].join(" "));
  }
  const events = sandbox.calls().map((call) => cloudTrailEvent(call, roleArns));
  expect(events).toHaveLength(400);
  const file = join(home, "events.json");
  await writeFile(file, JSON.stringify({ Records: events }));
  const { stdout, exitCode } = await agentRoles(["who", file, "--json"], { ...cleanEnv(home), ...env });
  expect(exitCode).toBe(0);
  const found: { event: string; person: string; task: string; profile: string }[] = JSON.parse(stdout);
  expect(
    found.map(({ event, person, task, profile }) => [event.slice("sts:".length), person, task, profile].join(" ")),
  ).toEqual(expected);
});
