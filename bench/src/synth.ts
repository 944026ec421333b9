import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { accounts, MASTER_ACCOUNT, ROLES_AN_ACCOUNT } from "./harness/fleet.ts";
import { alternate, type Sample } from "./harness/measure.ts";
import { child, INFRA, inTemporaryDirectory, nodeMs } from "./harness/processes.ts";

// Where the time beyond the baseline goes, in shares of the baseline (1.1 s; medians of three, Node 20 on two cores): the trust
// check 0.7 (its findings 0.55, roles from templates 0.12), what the CDK makes of its report 0.08, reading 5,000 lines of YAML 0.35,
// loading yaml, zod and the rules 0.17, whether each kind of target can be assumed 0.1, a construct around each role 0.1. A
// hand-written app that checks nothing and reads nothing has none of this: within the budget are only the parts that it has, too.
export const synth: Bench = {
  name: "synth",
  what: "infra's app for 200 accounts × 5 roles, against a hand-written app with the same stacks, resources and outputs",
  budget: { kind: "ratio", atMost: 1.2 },
  run: (scale) =>
    inTemporaryDirectory(async (directory) => {
      const manifest = join(directory, "agent-roles.yaml");
      const known = accounts(scale(200));
      await writeFile(manifest, manifestText(known));
      const [ours, minimal] = [join(directory, "ours"), join(directory, "minimal")];
      const app = (args: readonly string[], CDK_OUTDIR: string): Sample =>
        // The CDK's own check of templates takes as long again, in both.
        nodeMs(args, { AGENT_ROLES_MANIFEST: manifest, CDK_OUTDIR, CDK_VALIDATION: "false" });
      const subject = app([INFRA], ours);
      const baseline = app([child("minimal-app"), `${known.length}`], minimal);
      const figures = await alternate({ subject, baseline, repetitions: scale(3), unit: "ms" });
      const [content, wanted] = await Promise.all([contentOf(ours), contentOf(minimal)]);
      if (content !== wanted) throw new Error(`the apps are not comparable: ${content} and ${wanted}`);
      return figures;
    }),
};

/** The master and five roles in each account. */
export function manifestText(known: readonly string[]): string {
  const roles = known.flatMap((account) =>
    Array.from(
      { length: ROLES_AN_ACCOUNT },
      (_, index) =>
        `  - profile: Profile-${account}-${index}\n    account: "${account}"\n    roleName: Role${index}\n` +
        `    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]\n`,
    ),
  );
  return (
    `master:\n  account: "${MASTER_ACCOUNT}"\n  roleName: agent-master\n  trustedBy:\n    - account: "${MASTER_ACCOUNT}"\n` +
    `roles:\n${roles.join("")}`
  );
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

/** How many stacks, outputs and resources of each type are in a directory that the CDK wrote, as text to compare. */
async function contentOf(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".template.json"));
  const counts: Record<string, number> = { stacks: names.length, outputs: 0 };
  for (const name of names) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the CDK wrote it, for stacks that have both
    const template = JSON.parse(await readFile(join(directory, name), "utf8")) as Template;
    counts["outputs"] = (counts["outputs"] ?? 0) + Object.keys(template.Outputs).length;
    for (const { Type: type } of Object.values(template.Resources)) counts[type] = (counts[type] ?? 0) + 1;
  }
  return JSON.stringify(counts);
}
