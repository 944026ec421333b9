import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { accounts, MASTER_ACCOUNT } from "./harness/fleet.ts";
import { summarize } from "./harness/measure.ts";
import { AGENT_ROLES, againstBareNode, child, inTemporaryDirectory, runNode, WORKSPACE } from "./harness/processes.ts";
import { manifestText } from "./synth.ts";

export const trustCheck: Bench = {
  name: "trust-check",
  what: "agent-roles check of the templates of 200 accounts × 5 roles, from start to end, against node -e 0",
  budget: { kind: "difference", atMost: 1_000 },
  run: (scale) =>
    inTemporaryDirectory(async (directory) => {
      const [manifest, templates] = [join(directory, "agent-roles.yaml"), join(directory, "cdk.out")];
      const envFile = join(directory, "agent-roles.env");
      const known = accounts(scale(200));
      await writeFile(manifest, manifestText(known));
      await writeFile(envFile, await runNode([...AGENT_ROLES, "env", "--manifest", manifest]));
      await runNode([child("minimal-app"), `${known.length}`], { CDK_OUTDIR: templates, CDK_VALIDATION: "false" });
      const args = ["check", templates, "--no-manifest", "--env-file", envFile];
      const env = { AWS_MASTER_ROLE_ARN: `arn:aws:iam::${MASTER_ACCOUNT}:role/agent-roles-master/agent-master` };
      return againstBareNode([...AGENT_ROLES, ...args], { env, repetitions: scale(7) });
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
    return summarize(
      printed.rounds.map(({ ours, theirs }) => ({ measured: ours, baseline: theirs })),
      "ms",
    );
  },
};
