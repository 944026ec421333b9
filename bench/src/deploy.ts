import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Sandbox, SandboxError, startSandbox } from "@agent-roles/sandbox";
import { CloudFormationClient, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  IAMClient,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { Bench, Measurement, Scale } from "./bench.ts";
import { accounts, MASTER_ACCOUNT } from "./harness/fleet.ts";
import { elapsedMs } from "./harness/measure.ts";
import { AGENT_ROLES, child, homeAt, inTemporaryDirectory, runNode, runNodeToExit } from "./harness/processes.ts";

const CONCURRENCY = 10;
const ACCOUNTS = 300;
const DEPLOY_ROLE = "OrganizationAccountAccessRole";

export const deploy: Bench = {
  name: "deploy",
  what: "agent-roles deploy of 300 accounts × 4 roles, 5 of them bad, against a loop of bare SDK calls with the same templates",
  budget: { kind: "ratio", atMost: 1.5 },
  run: (scale) => deployments(scale, ({ first, bare }) => ({ measured: first, baseline: bare })),
};

export const deployAgain: Bench = {
  name: "deploy-again",
  what: "agent-roles deploy a second time, when only the bad accounts are left, against the first time",
  budget: { kind: "ratio", atMost: 1 },
  run: (scale) => deployments(scale, ({ first, again }) => ({ measured: again, baseline: first })),
};

interface Times {
  readonly first: number;
  readonly again: number;
  readonly bare: number;
}

/** Both benches have the same run. */
let running: Promise<Times | { readonly skipped: string }> | undefined;

async function deployments(
  scale: Scale,
  figures: (times: Times) => Pick<Measurement, "measured" | "baseline">,
): Promise<Measurement | { readonly skipped: string }> {
  running ??= inTemporaryDirectory((directory) => measure(directory, Math.max(scale(ACCOUNTS), BAD.length + 2)));
  const times = await running;
  return "skipped" in times ? times : { ...figures(times), unit: "ms", noise: 0 };
}

/** Each side in a sandbox of its own, of the same accounts. */
async function measure(directory: string, count: number): Promise<Times | { readonly skipped: string }> {
  const known = accounts(count);
  const manifest = join(directory, "agent-roles.yaml");
  await writeFile(manifest, JSON.stringify(manifestOf(known)));
  const args = [...AGENT_ROLES, "deploy", "--manifest", manifest, "--output", join(directory, "out"), "--json"];
  const fleet = async (env: Record<string, string>, good: string): Promise<number> => {
    let results: readonly Result[] = [];
    const ms = await elapsedMs(async () => {
      results = JSON.parse(await runNodeToExit([...args, "--concurrency", `${CONCURRENCY}`], env));
    });
    expectFleet(results, known, good);
    return ms;
  };
  const ours = await withSandbox(known, directory, async (env) => ({
    first: await fleet(env, "deployed"),
    again: await fleet(env, "unchanged"),
  }));
  if ("skipped" in ours) return ours;
  const bare = await withSandbox(known, directory, (env) =>
    elapsedMs(async () => {
      const created = await runNode([child("bare-deploy"), join(directory, "out"), `${CONCURRENCY}`, DEPLOY_ROLE], env);
      if (Number(created) !== count - BAD.length) throw new Error(`the bare loop created ${created} stacks`);
    }),
  );
  return typeof bare === "number" ? { ...ours, bare } : bare;
}

interface Result {
  readonly account: string;
  readonly status: string;
  readonly code?: string;
  readonly fix?: string;
}

function expectFleet(results: readonly Result[], known: readonly string[], good: string): void {
  const wanted = known.map((account, index) => `${account} ${BAD[index - 1]?.code ?? good}`);
  const seen = results.map(({ account, status, code, fix }) => `${account} ${fix === undefined ? status : code}`);
  const wrong = seen.filter((line, index) => line !== wanted[index]);
  if (wrong.length > 0 || seen.length !== wanted.length) throw new Error(`unexpected results: ${wrong.join(", ")}`);
}

/** The second account and those after it: what is wrong with each, and how `deploy` names it. */
const BAD: readonly { readonly code: string; readonly spoil?: (iam: IAMClient) => Promise<unknown> }[] = [
  {
    code: "DeployRoleNotAssumable",
    spoil: async (iam) => {
      const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
      await iam.send(new DetachRolePolicyCommand({ RoleName: DEPLOY_ROLE, PolicyArn }));
      await iam.send(new DeleteRoleCommand({ RoleName: DEPLOY_ROLE }));
    },
  },
  {
    // As in a suspended account: the role is there and refuses everyone.
    code: "DeployRoleNotAssumable",
    spoil: (iam) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: DEPLOY_ROLE, PolicyDocument: trusts("Deny") })),
  },
  {
    code: "RoleExists",
    spoil: (iam) =>
      iam.send(new CreateRoleCommand({ RoleName: "agent-Write", AssumeRolePolicyDocument: trusts("Allow") })),
  },
  // The manifest gives one of its roles a boundary that does not exist.
  { code: "PolicyMissing" },
  // A service control policy denies CloudFormation.
  { code: "AccessDenied" },
];
const [NO_BOUNDARY, DENIED] = [4, 5];

function trusts(Effect: "Allow" | "Deny"): string {
  const statement = { Effect, Principal: { AWS: MASTER_ACCOUNT }, Action: "sts:AssumeRole" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

function manifestOf(known: readonly string[]): object {
  const bounded = known[NO_BOUNDARY];
  return {
    master: {
      account: MASTER_ACCOUNT,
      roleName: "agent-master",
      trustedBy: [{ principal: `arn:aws:iam::${MASTER_ACCOUNT}:role/host` }],
    },
    accounts: known.map((id, index) => ({ alias: `a${index}`, id })),
    defaults: { managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    roles: [
      ...["Read", "Write", "Audit", "Operate"].map((name) => ({
        profile: `{alias}-${name}`,
        accounts: "all",
        roleName: `agent-${name}`,
      })),
      {
        profile: "bounded",
        account: bounded,
        roleName: "agent-Bounded",
        permissionsBoundary: `arn:aws:iam::${bounded}:policy/NotThere`,
      },
    ],
  };
}

/** Runs `work` beside a sandbox with these accounts, five of them spoiled. @returns `skipped` where there is no moto. */
async function withSandbox<T>(
  known: readonly string[],
  directory: string,
  work: (env: Record<string, string>) => Promise<T>,
): Promise<T | { readonly skipped: string }> {
  let sandbox: Sandbox;
  try {
    sandbox = await startSandbox({ accounts: known });
  } catch (error) {
    if (error instanceof SandboxError && error.code === "MotoNotFound") return { skipped: error.message };
    throw error;
  }
  try {
    const options = (account: string) => ({
      region: "us-east-1",
      endpoint: sandbox.endpoint,
      credentials: sandbox.admin(account),
    });
    for (const [index, { spoil }] of BAD.entries()) await spoil?.(new IAMClient(options(known[index + 1] ?? "")));
    const Condition = { StringEquals: { "aws:PrincipalAccount": known[DENIED] } };
    const Statement = { Effect: "Deny", Action: "cloudformation:*", Resource: "*", Condition };
    sandbox.faults({ serviceControlPolicy: { Version: "2012-10-17", Statement } });
    // moto loads CloudFormation at its first call, for seconds.
    await new CloudFormationClient(options(MASTER_ACCOUNT)).send(new ListStacksCommand({}));
    return await work({ ...sandbox.env(), ...homeAt(directory) });
  } finally {
    await sandbox.close();
  }
}
