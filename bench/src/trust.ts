import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { accounts, MASTER_ACCOUNT, ROLES_AN_ACCOUNT } from "./harness/fleet.ts";
import { summarize } from "./harness/measure.ts";
import { AGENT_ROLES, againstBareNode, child, inTemporaryDirectory, runNode, WORKSPACE } from "./harness/processes.ts";

const MASTER = `arn:aws:iam::${MASTER_ACCOUNT}:role/agent-roles-master/agent-master`;
const ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

export const decisions: Bench = {
  name: "decisions",
  what: "1,000 AssumeRole decisions, a master with 200 account patterns, from start to end, against node -e 0",
  budget: { kind: "difference", atMost: 1_000 },
  run: (scale) => againstBareNode([child("decide")], { repetitions: scale(7) }),
};

export const trustCheck: Bench = {
  name: "trust-check",
  what: "agent-roles check of 1,000 roles in 200 templates, from start to end, against node -e 0",
  budget: { kind: "difference", atMost: 1_000 },
  run: (scale) =>
    inTemporaryDirectory(async (directory) => {
      const templates = join(directory, "templates");
      await mkdir(templates);
      const known = accounts(scale(200));
      await Promise.all(
        known.map((account) =>
          writeFile(join(templates, `${account}.template.json`), JSON.stringify(template(account, known))),
        ),
      );
      const variables = known.flatMap((account) =>
        Array.from(
          { length: ROLES_AN_ACCOUNT },
          (_, index) => `arn:aws:iam::${account}:role/agents/Role${index}:Profile-${account}-${index}`,
        ),
      );
      const envFile = join(directory, "agent-roles.env");
      const lines = [
        `AWS_MASTER_ROLE_ARN=${MASTER}\n`,
        ...variables.map((value, index) => `AWS_ROLE_${index + 1}=${value}\n`),
      ];
      await writeFile(envFile, lines.join(""));
      const args = [...AGENT_ROLES, "check", templates, "--no-manifest", "--env-file", envFile];
      return againstBareNode(args, { repetitions: scale(7) });
    }),
};

/** What test/src/compare-evaluators/time.ts prints. */
type Printed =
  | { readonly skipped: string }
  | { readonly rounds: readonly { readonly ours: number; readonly theirs: number }[] };

export const trustIndependent: Bench = {
  name: "trust-independent",
  what: "1,000 random AssumeRole decisions, against the same by an independent evaluator (installed for the run)",
  budget: { kind: "ratio", atMost: 1 },
  run: async (scale) => {
    const script = join(WORKSPACE, "test/dist/compare-evaluators/time.js");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a script of this repository prints it
    const printed = JSON.parse(await runNode([script, `${scale(1_000)}`, `${scale(7)}`])) as Printed;
    if ("skipped" in printed) return { skipped: `the independent evaluator cannot be installed: ${printed.skipped}` };
    return {
      ...summarize(printed.rounds.map(({ ours, theirs }) => ({ measured: ours, baseline: theirs }))),
      unit: "ms",
    };
  },
};

/** As infra writes it without an organization: every target trusts the master's account, narrowed to the master. */
function template(account: string, known: readonly string[]): object {
  const targets = Array.from({ length: ROLES_AN_ACCOUNT }, (_, index) => [
    `Role${index}`,
    role(`Role${index}`, "/agents/", [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${MASTER_ACCOUNT}:root` },
        Action: ACTIONS,
        Condition: { ArnEquals: { "aws:PrincipalArn": MASTER } },
      },
    ]),
  ]);
  const all = account === MASTER_ACCOUNT ? [["Master", master(known)], ...targets] : targets;
  return { Resources: Object.fromEntries(all) };
}

/** The path is short: one pattern an account has to stay clear of the quota of inline policies. */
function master(known: readonly string[]): object {
  const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  const Resource = known.map((account) => `arn:aws:iam::${account}:role/agents/*`);
  const PolicyDocument = policy([{ Effect: "Allow", Action: ACTIONS, Resource }]);
  return role("agent-master", "/agent-roles-master/", [trust], [{ PolicyName: "agent-roles", PolicyDocument }]);
}

function role(RoleName: string, Path: string, trust: readonly object[], Policies: readonly object[] = []): object {
  return {
    Type: "AWS::IAM::Role",
    Properties: { RoleName, Path, AssumeRolePolicyDocument: policy(trust), Policies },
  };
}

function policy(Statement: readonly object[]): object {
  return { Version: "2012-10-17", Statement };
}
