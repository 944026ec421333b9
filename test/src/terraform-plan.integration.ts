import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Finished } from "./harness/agent-roles.ts";
import { agentRoles } from "./harness/in-process.ts";
import { cleanEnv } from "./harness/clean-env.ts";
import { type Configuration, planOf } from "./harness/terraform-plan.ts";

const MASTER = "123456789012";
const OTHER = "123456789013";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-terraform-"));
  const manifest = {
    master: { account: MASTER, roleName: "agent-master", trustedBy: [{ service: "ec2" }] },
    roles: [MASTER, OTHER].map((account) => ({
      profile: `P${account}`,
      account,
      roleName: "agent-read",
      externalId: "agent-roles-7f3c91d2",
      managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    })),
  };
  await writeFile(join(directory, "agent-roles.yaml"), JSON.stringify(manifest));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function command(...args: readonly string[]): Promise<Finished> {
  return agentRoles(args, cleanEnv(directory), { cwd: directory });
}

async function configurationOf(account: string): Promise<Configuration> {
  const { exitCode, stdout, stderr } = await command("template", "--account", account, "--format", "terraform");
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** A plan does not say which account it is for. */
async function check(account: string, plan: string): Promise<Finished> {
  await writeFile(join(directory, "plan.json"), plan);
  const accounts = ["--own-account", account, "--allow-account", account === MASTER ? OTHER : MASTER];
  return command("check", "--json", "--no-manifest", ...accounts, "plan.json");
}

it.each([MASTER, OTHER])("writes roles for %s whose Terraform plan passes check", async (account) => {
  const { exitCode, stdout, stderr } = await check(account, planOf(await configurationOf(account)));
  expect(exitCode, `${stdout}${stderr}`).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ unread: [] });
});

it("writes roles whose Terraform plan fails check when everyone is trusted", async () => {
  const plan = planOf(await configurationOf(OTHER))
    .replaceAll(String.raw`\"AWS\":\"arn:aws:iam::${MASTER}:root\"`, String.raw`\"AWS\":\"*\"`)
    .replaceAll(String.raw`\"aws:PrincipalArn\"`, String.raw`\"aws:UserAgent\"`);
  expect((await check(OTHER, plan)).exitCode).toBe(1);
});
