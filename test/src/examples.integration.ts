import { join } from "node:path";
import { parseEnv } from "node:util";
import { readFile } from "node:fs/promises";
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deploy, type Deployment } from "./harness/deployment.ts";
import { REPOSITORY } from "./harness/repository.ts";
import { openTarget } from "./harness/target.ts";

let deployment: Deployment;
let agent: Record<string, string>;
let bucket: string;

beforeAll(async () => {
  deployment = await deploy(await openTarget());
  const variables = parseEnv(await readFile(join(deployment.cdkOut, "agent-roles.env"), "utf8"));
  agent = {
    ...(await deployment.agent()),
    ...Object.fromEntries(Object.entries(variables).map(([k, v]) => [k, v ?? ""])),
  };
  bucket = `agent-roles-example-${deployment.target.otherAccount}-${Date.now()}`;
  await inOtherAccount((s3) => s3.send(new CreateBucketCommand({ Bucket: bucket })));
});
afterAll(async () => {
  await inOtherAccount((s3) => s3.send(new DeleteBucketCommand({ Bucket: bucket })));
  await deployment?.close();
});

async function inOtherAccount<T>(work: (s3: S3Client) => Promise<T>): Promise<T> {
  const config = await deployment.inAccount(deployment.target.otherAccount);
  const s3 = new S3Client({ ...config, region: "us-east-1", forcePathStyle: true });
  try {
    return await work(s3);
  } finally {
    s3.destroy();
  }
}

function scan(args: readonly string[], env: Record<string, string>) {
  const main = join(REPOSITORY, "examples/scan-accounts/dist/main.js");
  return execa(process.execPath, [main, ...args], { env, extendEnv: false, reject: false, timeout: 120_000 });
}

it("finds in each account what is in that account, by its friendly name", async () => {
  const { exitCode, stdout, stderr } = await scan([], agent);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n");
  const { roles } = deployment.manifest;
  expect(lines).toHaveLength(roles.length);
  for (const [index, { profile, account }] of roles.entries()) {
    expect(lines[index]).toContain(`${profile} (${account}): `);
    expect(lines[index]?.includes(bucket)).toBe(account === deployment.target.otherAccount);
  }
});

it("scans the one account that is named", async () => {
  const [, second] = deployment.manifest.roles;
  const { exitCode, stdout } = await scan([second?.profile ?? ""], agent);
  expect(exitCode).toBe(0);
  expect(stdout.split("\n")).toHaveLength(1);
});

it("names the profiles there are when another is asked for, and says when there is none at all", async () => {
  expect(await scan(["Nobody"], agent)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("declared profiles: "),
  });
  const none = Object.fromEntries(Object.entries(agent).filter(([name]) => !name.startsWith("AWS_ROLE_")));
  expect(await scan([], none)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("no AWS_ROLE_N is set") });
});

it("names the role that it could not assume, with the fix, and scans the others", async () => {
  const [first, second] = deployment.manifest.roles;
  const broken = { ...agent, AWS_ROLE_1: `${agent["AWS_ROLE_1"]?.replace(/:[^:]*$/, "")}Gone:${first?.profile}` };
  const { exitCode, stdout, stderr } = await scan([], broken);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(new RegExp(`^${first?.profile}: .*AssumeRole`));
  expect(stderr).toContain("fix: ");
  expect(stdout).toContain(`${second?.profile} (${second?.account}): `);
});
