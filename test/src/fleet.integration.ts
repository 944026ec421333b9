import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { agentRoles } from "./harness/in-process.ts";
import { type DeployingSandbox, deployingSandbox } from "./harness/deploying-sandbox.ts";
import { iamOf } from "./sandbox/fixture.ts";

const ACCOUNTS = Array.from({ length: 12 }, (_, index) => String(100_000_000_001 + index));
const [MASTER = "", , OTHER_ROLE = "", , NO_DEPLOY_ROLE = "", NO_BOUNDARY = ""] = ACCOUNTS;
const ADDED = ACCOUNTS.at(-1) ?? "";
const DEPLOY_ROLE = "OrganizationAccountAccessRole";

let sandbox: DeployingSandbox["sandbox"];
let directory: string;
let env: DeployingSandbox["env"];
let close: DeployingSandbox["close"] | undefined;

interface Result {
  readonly account: string;
  readonly status: string;
  readonly code?: string;
  readonly fix?: string;
}

beforeAll(async () => {
  ({ sandbox, directory, env, close } = await deployingSandbox(ACCOUNTS));
  await iamOf(sandbox, OTHER_ROLE).send(
    new CreateRoleCommand({ RoleName: "agent-Write", AssumeRolePolicyDocument: trusts(OTHER_ROLE) }),
  );
  await removeDeployRole();
});

afterAll(() => close?.());

function trusts(AWS: string): string {
  const Statement = { Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" };
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

async function removeDeployRole(): Promise<void> {
  const client = iamOf(sandbox, NO_DEPLOY_ROLE);
  const administrator = { RoleName: DEPLOY_ROLE, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" };
  await client.send(new DetachRolePolicyCommand(administrator));
  await client.send(new DeleteRoleCommand({ RoleName: DEPLOY_ROLE }));
}

/** Writes a manifest with these roles in every account, after the given ones. */
async function manifest(
  accounts: readonly string[],
  names: readonly string[],
  first: readonly object[] = [],
): Promise<void> {
  const text = stringify({
    master: {
      account: MASTER,
      roleName: "agent-master",
      trustedBy: [{ principal: `arn:aws:iam::${MASTER}:role/host` }],
    },
    accounts: accounts.map((id, index) => ({ alias: `a${index}`, id })),
    defaults: { managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    roles: [
      ...first,
      ...names.map((name) => ({ profile: `{alias}-${name}`, accounts: "all", roleName: `agent-${name}` })),
    ],
  });
  await writeFile(join(directory, "agent-roles.yaml"), text);
}

const envFile = (): Promise<string> => readFile(join(directory, "cdk.out", "agent-roles.env"), "utf8");

/** The accounts whose roles are in agent-roles.env. */
async function accountsOfEnvFile(): Promise<string[]> {
  const roles = (await envFile()).matchAll(/^AWS_ROLE_\d+="?arn:aws:iam::(\d+):role/gm);
  return [...new Set([...roles].map(([, account = ""]) => account))].toSorted((a, b) => a.localeCompare(b));
}

interface Summary {
  readonly exitCode: number | undefined;
  readonly results: readonly Result[];
  /** How many stacks have each status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly stderr: string;
}

async function fleet(...args: readonly string[]): Promise<Summary> {
  const { exitCode, stdout, stderr } = await agentRoles([...args, "--json"], env, {
    cwd: directory,
  });
  const results: readonly Result[] = JSON.parse(stdout || "[]");
  const statuses: Record<string, number> = {};
  for (const { status } of results) statuses[status] = (statuses[status] ?? 0) + 1;
  return { exitCode, results, statuses, stderr };
}

const READ_WRITE = ["Read", "Write"];
/** A role of one account, with a boundary that does not exist at first. */
const bounded = (roleName: string) => ({
  profile: "bounded",
  account: NO_BOUNDARY,
  roleName,
  permissionsBoundary: `arn:aws:iam::${NO_BOUNDARY}:policy/Boundary`,
});

it("deploys all accounts but the bad ones, and names each bad one with its fix", { timeout: 400_000 }, async () => {
  await manifest(ACCOUNTS.slice(0, -1), READ_WRITE, [bounded("agent-Bounded")]);
  const { results, ...summary } = await fleet("deploy");
  expect(summary).toMatchObject({ exitCode: 1, statuses: { deployed: 8, failed: 3 } });
  const later = new Set([OTHER_ROLE, NO_DEPLOY_ROLE, NO_BOUNDARY, ADDED]);
  expect(await accountsOfEnvFile()).toEqual(ACCOUNTS.filter((account) => !later.has(account)));
  const failed = Object.fromEntries(
    results.filter(({ status }) => status === "failed").map((each) => [each.account, each]),
  );
  expect(failed).toMatchObject({
    [OTHER_ROLE]: { code: "RoleExists", fix: expect.stringContaining("another roleName") },
    [NO_DEPLOY_ROLE]: {
      code: "DeployRoleNotAssumable",
      fix: expect.stringContaining(`arn:aws:iam::${NO_DEPLOY_ROLE}:role/${DEPLOY_ROLE}`),
    },
    [NO_BOUNDARY]: { code: "PolicyMissing", fix: expect.stringContaining("Create the policy in the account first") },
  });
  expect(JSON.stringify(results)).not.toMatch(/bootstrap/i);
});

it(
  "deploys mended and added accounts when it is run again, with their AWS_ROLE_N, and leaves the others alone",
  { timeout: 400_000 },
  async () => {
    await iamOf(sandbox, OTHER_ROLE).send(new DeleteRoleCommand({ RoleName: "agent-Write" }));
    await iamOf(sandbox, NO_DEPLOY_ROLE).send(
      new CreateRoleCommand({ RoleName: DEPLOY_ROLE, AssumeRolePolicyDocument: trusts(MASTER) }),
    );
    await iamOf(sandbox, NO_DEPLOY_ROLE).send(
      new AttachRolePolicyCommand({ RoleName: DEPLOY_ROLE, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
    );
    const Statement = { Effect: "Allow", Action: "*", Resource: "*" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iamOf(sandbox, NO_BOUNDARY).send(new CreatePolicyCommand({ PolicyName: "Boundary", PolicyDocument }));
    await manifest(ACCOUNTS, READ_WRITE, [bounded("agent-Bounded")]);
    const { results, ...summary } = await fleet("deploy");
    // The master role gets the permission for one account more.
    expect(summary).toMatchObject({ exitCode: 0, statuses: { deployed: 5, unchanged: 7 } });
    const deployed = new Set(results.filter(({ status }) => status === "deployed").map(({ account }) => account));
    expect(deployed).toEqual(new Set([MASTER, OTHER_ROLE, NO_DEPLOY_ROLE, NO_BOUNDARY, ADDED]));
    expect(await accountsOfEnvFile()).toEqual(ACCOUNTS);
  },
);

it("changes one stack for one more role at the top of the manifest", { timeout: 400_000 }, async () => {
  const first = { profile: "first", account: ACCOUNTS[7], roleName: "agent-First" };
  await manifest(ACCOUNTS, READ_WRITE, [first, bounded("agent-Bounded")]);
  const before = await envFile();
  const diff = await fleet("diff");
  expect(await envFile()).toBe(before);
  expect(diff).toMatchObject({ exitCode: 0, statuses: { changed: 1, unchanged: 11 } });
  expect(JSON.stringify(diff.results)).toContain("+ AWS::IAM::Role TargetagentFirst");
  expect(await fleet("deploy")).toMatchObject({ exitCode: 0, statuses: { deployed: 1, unchanged: 11 } });
  expect(await envFile()).toContain("agent-First:first\n");
});

it("renames a role in place, and names a removed one that IAM does not delete", { timeout: 400_000 }, async () => {
  const foreign = { RoleName: "agent-First", PolicyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" };
  await iamOf(sandbox, ACCOUNTS[7] ?? "").send(new AttachRolePolicyCommand(foreign));
  await manifest(ACCOUNTS, READ_WRITE, [bounded("agent-Renamed")]);
  const { results, ...summary } = await fleet("deploy");
  expect(summary).toMatchObject({ exitCode: 1, statuses: { deployed: 1, failed: 1, unchanged: 10 } });
  expect(results[7]).toMatchObject({
    code: "LeftBehind",
    fix: expect.stringContaining("Delete what the message names"),
  });
  await iamOf(sandbox, ACCOUNTS[7] ?? "").send(new DetachRolePolicyCommand(foreign));
  await iamOf(sandbox, ACCOUNTS[7] ?? "").send(new DeleteRoleCommand({ RoleName: "agent-First" }));
  const roles = await Promise.all(
    [NO_BOUNDARY, ACCOUNTS[7] ?? ""].map(async (account) => {
      const { Roles = [] } = await iamOf(sandbox, account).send(new ListRolesCommand({ PathPrefix: "/agent-roles/" }));
      return Roles.map(({ RoleName = "" }) => RoleName).toSorted((a, b) => a.localeCompare(b));
    }),
  );
  expect(roles).toEqual([
    ["agent-Read", "agent-Renamed", "agent-Write"],
    ["agent-Read", "agent-Write"],
  ]);
});

it("names the accounts that left the manifest, and destroys them on request", { timeout: 400_000 }, async () => {
  await manifest(ACCOUNTS.slice(0, 2), READ_WRITE);
  const { stderr } = await fleet("deploy");
  expect(stderr.match(/^orphan: stack agent-roles-/gm)).toHaveLength(10);
  expect(await fleet("destroy", "--orphans")).toMatchObject({ exitCode: 2 });
  expect(await fleet("destroy", "--orphans", "--yes")).toMatchObject({ exitCode: 0, statuses: { destroyed: 10 } });
});

it("deploys again what it destroyed", { timeout: 400_000 }, async () => {
  expect(await fleet("destroy", "--yes")).toMatchObject({ exitCode: 0, statuses: { destroyed: 2 } });
  expect(await fleet("deploy", "--accounts", "a1")).toMatchObject({ exitCode: 0, statuses: { deployed: 1 } });
  expect(await fleet("destroy", "--yes")).toMatchObject({ statuses: { destroyed: 1, unchanged: 1 } });
  const { stdout } = await agentRoles(["destroy", "--yes"], env, { cwd: directory });
  expect(stdout).toMatch(/\n2 not deployed$/);
});
