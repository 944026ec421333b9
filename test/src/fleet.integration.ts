import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { agentRoles } from "./harness/agent-roles.ts";
import { cleanEnv } from "./harness/clean-env.ts";

const ACCOUNTS = Array.from({ length: 30 }, (_, index) => String(100_000_000_001 + index));
const [MASTER = "", , OTHER_ROLE = "", , NO_DEPLOY_ROLE = ""] = ACCOUNTS;

let sandbox: Sandbox;
let directory: string;
let env: Record<string, string>;

interface Result {
  readonly account: string;
  readonly status: string;
  readonly code?: string;
  readonly fix?: string;
}

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: ACCOUNTS });
  directory = await mkdtemp(join(tmpdir(), "agent-roles-fleet-"));
  env = { ...cleanEnv(directory), AWS_REGION: "us-east-1", ...sandbox.env() };
  const assume = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${OTHER_ROLE}:root` }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [assume] });
  await iam(OTHER_ROLE).send(new CreateRoleCommand({ RoleName: "agent-Write", AssumeRolePolicyDocument }));
  await removeDeployRole();
});

afterAll(async () => {
  await sandbox?.close();
  await rm(directory, { recursive: true, force: true });
});

function iam(account: string): IAMClient {
  const { accessKeyId, secretAccessKey } = sandbox.admin(account);
  return new IAMClient({
    region: "us-east-1",
    endpoint: sandbox.endpoint,
    credentials: { accessKeyId, secretAccessKey },
  });
}

async function removeDeployRole(): Promise<void> {
  const RoleName = "OrganizationAccountAccessRole";
  const client = iam(NO_DEPLOY_ROLE);
  const { DeleteRolePolicyCommand, DetachRolePolicyCommand, ListAttachedRolePoliciesCommand, ListRolePoliciesCommand } =
    await import("@aws-sdk/client-iam");
  const { AttachedPolicies = [] } = await client.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of AttachedPolicies) await client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of PolicyNames) await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  await client.send(new DeleteRoleCommand({ RoleName }));
}

/** A manifest with these roles in every account. */
async function manifest(accounts: readonly string[], names: readonly string[]): Promise<string> {
  const file = join(directory, "agent-roles.yaml");
  const text = stringify({
    master: {
      account: MASTER,
      roleName: "agent-master",
      trustedBy: [{ principal: `arn:aws:iam::${MASTER}:role/host` }],
    },
    accounts: accounts.map((id, index) => ({ alias: `a${index}`, id })),
    defaults: { managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    roles: names.map((name) => ({ profile: `{alias}-${name}`, accounts: "all", roleName: `agent-${name}` })),
  });
  await writeFile(file, text);
  return file;
}

async function fleet(
  ...args: readonly string[]
): Promise<{ exitCode: number | undefined; results: Result[]; stderr: string }> {
  const { exitCode, stdout, stderr } = await agentRoles([...args, "--json"], env, {
    cwd: directory,
    timeoutMs: 390_000,
  });
  return { exitCode, results: JSON.parse(stdout || "[]"), stderr };
}

function statuses(results: readonly Result[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

it("deploys all accounts but the bad ones, and names each bad one with its fix", { timeout: 400_000 }, async () => {
  const file = await manifest(ACCOUNTS, ["Read", "Write"]);
  const { exitCode, results, stderr } = await fleet("deploy", "--manifest", file);
  expect({ exitCode, ...statuses(results) }, stderr).toEqual({ exitCode: 1, deployed: 28, failed: 2 });
  const failed = Object.fromEntries(
    results.filter(({ status }) => status === "failed").map((each) => [each.account, each]),
  );
  expect(failed[OTHER_ROLE]).toMatchObject({ code: "RoleExists", fix: expect.stringContaining("another roleName") });
  expect(failed[NO_DEPLOY_ROLE]).toMatchObject({
    code: "DeployRoleNotAssumable",
    fix: expect.stringContaining(`arn:aws:iam::${NO_DEPLOY_ROLE}:role/OrganizationAccountAccessRole`),
  });
  expect(JSON.stringify(results)).not.toMatch(/bootstrap/i);

  await iam(OTHER_ROLE).send(new DeleteRoleCommand({ RoleName: "agent-Write" }));
  const again = await fleet("deploy", "--manifest", file);
  expect({ exitCode: again.exitCode, ...statuses(again.results) }).toEqual({
    exitCode: 1,
    unchanged: 28,
    deployed: 1,
    failed: 1,
  });
});

it("shows the change before it makes it, in the accounts that are asked for", { timeout: 400_000 }, async () => {
  const file = await manifest(ACCOUNTS, ["Audit", "Read", "Write"]);
  const accounts = ["--accounts", `a1,${ACCOUNTS[3]}`];
  const diff = await fleet("diff", "--manifest", file, ...accounts);
  expect({ exitCode: diff.exitCode, ...statuses(diff.results) }).toEqual({ exitCode: 0, changed: 2 });
  expect(JSON.stringify(diff.results)).toContain("+ AWS::IAM::Role TargetagentAudit");
  const update = await fleet("deploy", "--manifest", file, ...accounts);
  expect({ exitCode: update.exitCode, ...statuses(update.results) }).toEqual({ exitCode: 0, deployed: 2 });
  const after = await fleet("diff", "--manifest", file, ...accounts);
  expect(statuses(after.results)).toEqual({ unchanged: 2 });
});

it("names the accounts that left the manifest, and destroys them on request", { timeout: 400_000 }, async () => {
  const file = await manifest(ACCOUNTS.slice(0, 2), ["Audit", "Read", "Write"]);
  const { stderr } = await fleet("deploy", "--manifest", file);
  expect(stderr.match(/^orphan: stack agent-roles-/gm)).toHaveLength(27);
  const refused = await fleet("destroy", "--manifest", file, "--orphans");
  expect(refused.exitCode).toBe(2);
  const destroyed = await fleet("destroy", "--manifest", file, "--orphans", "--yes");
  expect({ exitCode: destroyed.exitCode, ...statuses(destroyed.results) }).toEqual({ exitCode: 0, destroyed: 27 });
  const rest = await fleet("destroy", "--manifest", file, "--yes");
  expect({ exitCode: rest.exitCode, ...statuses(rest.results) }).toEqual({ exitCode: 0, destroyed: 2 });
});
