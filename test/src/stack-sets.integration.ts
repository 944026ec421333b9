import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateRoleCommand, DeleteRoleCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { agentRoles } from "./harness/in-process.ts";
import { type DeployingSandbox, deployingSandbox } from "./harness/deploying-sandbox.ts";
import { iamOf } from "./sandbox/fixture.ts";

const MASTER = "100000000001";
const [DEV, TEST, PROD] = ["100000000002", "100000000003", "100000000004"] as const;
const EXECUTION_ROLE = "AWSCloudFormationStackSetExecutionRole";

let sandbox: DeployingSandbox["sandbox"];
let directory: string;
let env: DeployingSandbox["env"];
let close: DeployingSandbox["close"] | undefined;
let deployment = "stack-sets";

beforeAll(async () => {
  ({ sandbox, directory, env, close } = await deployingSandbox([MASTER, DEV, TEST, PROD]));
  await createRole(MASTER, "AWSCloudFormationStackSetAdministrationRole", { Service: "cloudformation.amazonaws.com" });
  for (const account of [DEV, TEST]) await createRole(account, EXECUTION_ROLE, { AWS: `arn:aws:iam::${MASTER}:root` });
  await createRole(TEST, "agent-read", { AWS: `arn:aws:iam::${TEST}:root` });
});

afterAll(() => close?.());

async function createRole(account: string, RoleName: string, Principal: Record<string, string>): Promise<void> {
  const Statement = [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iamOf(sandbox, account).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
}

/** Names of the target roles in an account. */
async function targets(account: string): Promise<string[]> {
  const { Roles = [] } = await iamOf(sandbox, account).send(new ListRolesCommand({ PathPrefix: "/agent-roles/" }));
  return Roles.flatMap(({ RoleName }) => RoleName ?? []).toSorted((a, b) => a.localeCompare(b));
}

type Accounts = Readonly<Record<string, string>>;

async function run(
  accounts: Accounts,
  roleNames: readonly string[],
  ...args: readonly string[]
): Promise<{ exitCode: number | undefined; results: Record<string, string>; stdout: string; stderr: string }> {
  const manifest = {
    deployment,
    master: {
      account: MASTER,
      roleName: "agent-master",
      trustedBy: [{ principal: `arn:aws:iam::${MASTER}:role/host` }],
    },
    accounts: Object.entries(accounts).map(([alias, id]) => ({ alias, id })),
    roles: roleNames.map((roleName) => ({
      profile: `{alias}-${roleName}`,
      accounts: "all",
      roleName,
      statements: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::files-{account}/*" }],
    })),
  };
  await writeFile(join(directory, "agent-roles.yaml"), stringify(manifest));
  const { exitCode, stdout, stderr } = await agentRoles([...args, "--json"], env, {
    cwd: directory,
  });
  const parsed: { account: string; status: string; code?: string }[] = JSON.parse(stdout || "[]");
  const results = Object.fromEntries(
    parsed.map(({ account, status, code }) => [account, code === undefined ? status : `${status} ${code}`]),
  );
  return { exitCode, results, stdout, stderr };
}

const ALL = { dev: DEV, test: TEST, prod: PROD };

it("deploys one StackSet, and names each account that failed with its fix", { timeout: 400_000 }, async () => {
  const first = await run(ALL, ["agent-read"], "deploy");
  expect({ exitCode: first.exitCode, ...first.results }, first.stderr).toEqual({
    exitCode: 1,
    [MASTER]: "deployed",
    [DEV]: "deployed",
    [TEST]: "failed RoleExists",
    [PROD]: "failed ExecutionRoleMissing",
  });
  expect(first.stdout).toContain(`Create arn:aws:iam::${PROD}:role/${EXECUTION_ROLE}`);
  await iamOf(sandbox, TEST).send(new DeleteRoleCommand({ RoleName: "agent-read" }));
  await createRole(PROD, EXECUTION_ROLE, { AWS: `arn:aws:iam::${MASTER}:root` });
  const again = await run(ALL, ["agent-read"], "deploy");
  expect({ exitCode: again.exitCode, ...again.results }).toEqual({
    exitCode: 0,
    [MASTER]: "unchanged",
    [DEV]: "unchanged",
    [TEST]: "deployed",
    [PROD]: "deployed",
  });
  expect(await targets(PROD)).toEqual(["agent-read"]);
});

it("shows the change before it updates every account", { timeout: 400_000 }, async () => {
  const diff = await run(ALL, ["agent-read", "agent-write"], "diff");
  expect(diff.results).toEqual({ [MASTER]: "unchanged", [DEV]: "changed", [TEST]: "changed", [PROD]: "changed" });
  expect(diff.stdout).toContain("+ AWS::IAM::Role Targetagentwrite");
  const update = await run(ALL, ["agent-read", "agent-write"], "deploy");
  expect(update.results).toEqual({ [MASTER]: "unchanged", [DEV]: "deployed", [TEST]: "deployed", [PROD]: "deployed" });
  expect(await targets(TEST)).toEqual(["agent-read", "agent-write"]);
});

it(
  "finds accounts that left the manifest in the StackSet, destroys them, and calls them new when they are back",
  { timeout: 400_000 },
  async () => {
    const rest = { dev: DEV, test: TEST };
    const { stderr } = await run(rest, ["agent-read", "agent-write"], "diff");
    expect(stderr).toContain(`in account ${PROD} is no longer in the manifest`);
    const orphans = await run(rest, ["agent-read", "agent-write"], "destroy", "--orphans", "--yes");
    expect(orphans.results).toEqual({ [PROD]: "destroyed" });
    expect([await targets(PROD), await targets(DEV)]).toEqual([[], ["agent-read", "agent-write"]]);
    const { results } = await run(ALL, ["agent-read", "agent-write"], "diff");
    expect(results).toEqual({ [MASTER]: "unchanged", [DEV]: "unchanged", [TEST]: "unchanged", [PROD]: "new" });
  },
);

it("destroys the StackSet and the master role, and deploys them again", { timeout: 400_000 }, async () => {
  const accounts = { dev: DEV, test: TEST };
  const destroyed = await run(accounts, ["agent-read"], "destroy", "--yes");
  expect(destroyed.results).toEqual({ [MASTER]: "destroyed", [DEV]: "destroyed", [TEST]: "destroyed" });
  expect(await targets(DEV)).toEqual([]);
  const again = await run(accounts, ["agent-read"], "deploy");
  expect(again.results).toEqual({ [MASTER]: "deployed", [DEV]: "deployed", [TEST]: "deployed" });
});

it("refuses another deployment until the stacks of the first are destroyed", { timeout: 400_000 }, async () => {
  const accounts = { dev: DEV, test: TEST };
  deployment = "accounts";
  const refused = await run(accounts, ["agent-read"], "deploy");
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toContain(`2 stacks of the roles, such as agent-roles in account ${DEV}`);
  const gone = await run(accounts, ["agent-read"], "destroy", "--orphans", "--yes");
  expect(gone.results).toEqual({ [DEV]: "destroyed", [TEST]: "destroyed" });
  const deployed = await run(accounts, ["agent-read"], "deploy");
  expect(deployed.results).toEqual({ [MASTER]: "unchanged", [DEV]: "deployed", [TEST]: "deployed" });
  deployment = "stack-sets";
  const { exitCode, stderr } = await run(accounts, ["agent-read"], "deploy");
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(`agent-roles-${DEV}`) });
});
