import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DetachRolePolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { cleanEnv } from "./harness/clean-env.ts";
import { agentRoles } from "./harness/in-process.ts";
import { REPOSITORY } from "./harness/repository.ts";
import { iamOf } from "./sandbox/fixture.ts";

const MASTER = "100000000001";
const ACCOUNTS = [MASTER, "100000000002"];
const DEPLOYER = "Deployer";
const READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess";

interface Policy {
  readonly Statement: readonly { readonly Action: string | readonly string[] }[];
}

/** The policies of the page: the caller's, and the deploy role's. */
const page = await readFile(join(REPOSITORY, "docs/many-accounts.md"), "utf8");
const [caller = "", deployer = ""] = [...page.matchAll(/^```json\n([^]*?)^```/gm)].map(([, text = ""]) => text);

let sandbox: Sandbox;
let directory: string;
let env: Record<string, string>;

beforeAll(async () => {
  sandbox = await startSandbox({ accounts: ACCOUNTS, deployRoleName: DEPLOYER });
  directory = await mkdtemp(join(tmpdir(), "agent-roles-deployer-"));
  const iam = iamOf(sandbox, MASTER);
  await iam.send(new CreateUserCommand({ UserName: "ci" }));
  await iam.send(new PutUserPolicyCommand({ UserName: "ci", PolicyName: "deploy", PolicyDocument: caller }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ci" }));
  env = {
    ...cleanEnv(directory),
    ...sandbox.env(),
    AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? "",
  };
  const administrator = { RoleName: DEPLOYER, PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" };
  for (const account of ACCOUNTS) await iamOf(sandbox, account).send(new DetachRolePolicyCommand(administrator));
});
afterAll(async () => {
  await sandbox?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Gives the deploy roles the policy of the page, without one of its actions. */
async function allowAllBut(action?: string): Promise<void> {
  const policy: Policy = JSON.parse(deployer);
  const Statement = policy.Statement.map((each) => ({
    ...each,
    Action: [each.Action].flat().filter((name) => name !== action),
  })).filter(({ Action }) => Action.length > 0);
  const PolicyDocument = JSON.stringify({ ...policy, Statement });
  for (const account of ACCOUNTS) {
    await iamOf(sandbox, account).send(
      new PutRolePolicyCommand({ RoleName: DEPLOYER, PolicyName: "deploy", PolicyDocument }),
    );
  }
}

/** Writes a manifest whose roles have this description; a policy that does not exist lets a stack fail. */
async function declare(description: string, managedPolicy = READ_ONLY): Promise<void> {
  const manifest = {
    deployRoleName: DEPLOYER,
    master: {
      account: MASTER,
      roleName: "agent-master",
      trustedBy: [{ principal: `arn:aws:iam::${MASTER}:role/host` }],
    },
    accounts: ACCOUNTS.map((id, index) => ({ alias: `a${index}`, id })),
    defaults: { managedPolicies: [managedPolicy] },
    roles: [{ profile: "{alias}", accounts: "all", roleName: "agent-read", description }],
  };
  await writeFile(join(directory, "agent-roles.yaml"), stringify(manifest));
}

/** The exit code, and what is printed. */
async function run(
  ...args: readonly string[]
): Promise<{ readonly exitCode: number | undefined; readonly all: string }> {
  const { exitCode, stdout, stderr } = await agentRoles(args, env, { cwd: directory });
  return { exitCode, all: stdout + stderr };
}

it("suffices to deploy, compare, change, revoke and destroy", async () => {
  await allowAllBut();
  await declare("first");
  const finished = [await run("deploy")];
  await declare("second");
  for (const args of [["diff"], ["deploy"], ["revoke", "--all"], ["revoke", "--all", "--undo"], ["destroy", "--yes"]]) {
    finished.push(await run(...args));
  }
  const all = expect.not.stringMatching(/denied|not authorized|^warning/im);
  expect(finished).toEqual(finished.map(() => ({ exitCode: 0, all })));
});

/** Each command finds what those before it left. CloudFormation's own calls of IAM are not authorized in the sandbox. */
const NEEDED: readonly (readonly [string, readonly string[], readonly [string, string?]])[] = [
  ["ssm:PutParameter", ["deploy", "--accounts", "a0"], ["first"]],
  ["cloudformation:CreateStack", ["deploy"], ["first"]],
  ["cloudformation:DescribeStackEvents", ["deploy"], ["first", "arn:aws:iam::aws:policy/Nothing"]],
  ["cloudformation:DescribeStacks", ["diff"], ["first"]],
  ["ssm:GetParametersByPath", ["diff"], ["first"]],
  ["cloudformation:UpdateStack", ["deploy"], ["second"]],
  ["cloudformation:GetTemplate", ["diff"], ["second"]],
  ["iam:PutRolePolicy", ["revoke", "--all"], ["first"]],
  ["iam:DeleteRolePolicy", ["revoke", "--all", "--undo"], ["first"]],
  ["cloudformation:DeleteStack", ["destroy", "--yes"], ["first"]],
  ["ssm:DeleteParameters", ["destroy", "--yes"], ["first"]],
];

it.each(NEEDED)("does not suffice without %s for %j", async (action, args, declared) => {
  await allowAllBut(action);
  await declare(...declared);
  expect((await run(...args)).all).toContain(action);
});

it("has no action of CloudFormation or Parameter Store that is not needed", () => {
  const { Statement }: Policy = JSON.parse(deployer);
  const needed = new Set(NEEDED.map(([action]) => action));
  const others = Statement.flatMap(({ Action }) => Action).filter((action) => !action.startsWith("iam:"));
  expect(others.filter((action) => !needed.has(action))).toEqual([]);
});
