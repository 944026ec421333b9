import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Finished } from "./harness/agent-roles.ts";
import { agentRoles } from "./harness/in-process.ts";
import { type DeployingSandbox, deployingSandbox } from "./harness/deploying-sandbox.ts";
import { iamOf } from "./sandbox/fixture.ts";

const MASTER = "100000000001";
const ACCOUNTS = [MASTER, "100000000002", "100000000003"];
const LEFT = "100000000003";

let sandbox: DeployingSandbox["sandbox"];
let root: string;
let env: DeployingSandbox["env"];
let close: DeployingSandbox["close"] | undefined;

beforeAll(async () => {
  ({ sandbox, directory: root, env, close } = await deployingSandbox(ACCOUNTS));
});

afterAll(() => close?.());

/** A command in a directory of its own, as in a fresh checkout. */
async function inFreshCheckout(accounts: readonly string[], args: readonly string[], env_ = env): Promise<Finished> {
  const directory = await mkdtemp(join(root, "checkout-"));
  const manifest = {
    master: {
      account: MASTER,
      roleName: "agent-master",
      trustedBy: [{ principal: `arn:aws:iam::${MASTER}:role/host` }],
    },
    accounts: accounts.map((id, index) => ({ alias: `a${index}`, id })),
    roles: [
      {
        profile: "{alias}-read",
        accounts: "all",
        roleName: "agent-read",
        managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      },
    ],
  };
  await writeFile(join(directory, "agent-roles.yaml"), stringify(manifest));
  return agentRoles(args, env_, { cwd: directory });
}

it("finds accounts that left the manifest from a fresh checkout, and destroys them", { timeout: 400_000 }, async () => {
  expect((await inFreshCheckout(ACCOUNTS, ["deploy"])).exitCode).toBe(0);
  const rest = ACCOUNTS.filter((account) => account !== LEFT);
  const { stderr } = await inFreshCheckout(rest, ["diff"]);
  expect(stderr).toContain(`orphan: stack agent-roles-${LEFT} in account ${LEFT}`);
  const destroyed = await inFreshCheckout(rest, ["destroy", "--orphans", "--yes", "--json"]);
  expect(JSON.parse(destroyed.stdout)).toEqual([{ account: LEFT, stack: `agent-roles-${LEFT}`, status: "destroyed" }]);
  expect((await inFreshCheckout(rest, ["destroy", "--orphans", "--yes"])).stdout).toBe("nothing to do");
});

it("does not record an account that could not be reached", { timeout: 400_000 }, async () => {
  const typo = "100000000009";
  const { exitCode, stdout } = await inFreshCheckout([...ACCOUNTS, typo], ["deploy"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: expect.stringContaining("DeployRoleNotAssumable") });
  const { stderr } = await inFreshCheckout(ACCOUNTS, ["diff"]);
  expect(stderr).not.toContain("orphan");
});

it("deploys without Parameter Store, and reports that accounts cannot be found", { timeout: 400_000 }, async () => {
  const iam = iamOf(sandbox, MASTER);
  const UserName = "deployer";
  await iam.send(new CreateUserCommand({ UserName }));
  const Statement = [
    { Effect: "Allow", Action: "*", Resource: "*" },
    { Effect: "Deny", Action: "ssm:*", Resource: "*" },
    // So it deploys its own account with its own credentials.
    { Effect: "Deny", Action: "sts:AssumeRole", Resource: `arn:aws:iam::${MASTER}:role/*` },
  ];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "deny-ssm", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const denied = {
    ...env,
    AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? "",
  };
  const deployed = await inFreshCheckout(ACCOUNTS, ["deploy"], denied);
  expect(deployed.exitCode, deployed.stderr).toBe(0);
  expect(deployed.stderr).toMatch(/^warning: .*cannot use the record of deployed stacks: .*ssm:GetParametersByPath/m);
  const orphans = await inFreshCheckout(ACCOUNTS, ["destroy", "--orphans", "--yes"], denied);
  expect({ exitCode: orphans.exitCode, stdout: orphans.stdout }).toEqual({ exitCode: 1, stdout: "" });
});

it.each<[string, Record<string, string>, string, number]>([
  ["no credentials", { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }, "Set AWS credentials", 1],
  ["an access key that does not exist", { AWS_ACCESS_KEY_ID: "AKIAAAAAAAAAAAEXAMPLE" }, "Renew the credentials", 1],
  ["an endpoint that does not answer", { AWS_ENDPOINT_URL: "http://localhost:9" }, "Check the network", 1],
])("reports %s once, before any account", { timeout: 100_000 }, async (_cause, change, fix, exitCode) => {
  const { AWS_SESSION_TOKEN: _token, ...plain } = env;
  const finished = await inFreshCheckout(ACCOUNTS, ["deploy"], { ...plain, ...change });
  expect({ exitCode: finished.exitCode, stdout: finished.stdout }).toEqual({ exitCode, stdout: "" });
  expect(finished.stderr.match(/^error: .*$/gm)).toEqual([expect.stringContaining(fix)]);
});
