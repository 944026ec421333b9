import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { alternate, type Sample } from "./harness/alternate.ts";
import { contentOf } from "./harness/cloud-assembly.ts";
import { elapsedMs } from "./harness/elapsed.ts";
import { INFRA } from "./harness/scripts.ts";
import { CHILDREN, runNode } from "./harness/run-node.ts";
import { ACCOUNTS, MASTER_ACCOUNT, ROLES_AN_ACCOUNT } from "./harness/synth-size.ts";
import { inTemporaryFolder } from "./harness/temporary-folder.ts";

// Where the time beyond the baseline goes, in shares of the baseline (1.1 s; medians of three, Node 20 on two cores): the trust
// check 0.7 (its findings 0.55, roles from templates 0.12), what the CDK makes of its report 0.08, reading 5,000 lines of YAML 0.35,
// loading yaml, zod and the rules 0.17, whether each kind of target can be assumed 0.1, a construct around each role 0.1. A
// hand-written app that checks nothing and reads nothing has none of this: within the budget are only the parts that it has, too.
export const synth: Bench = {
  name: "synth",
  what: "infra's app for 200 accounts × 5 roles, against a hand-written app with the same stacks, resources and outputs",
  budget: { kind: "ratio", atMost: 1.2 },
  run: () =>
    inTemporaryFolder(async (folder) => {
      const manifest = join(folder, "agent-roles.yaml");
      await writeFile(manifest, manifestText());
      const app = (script: string, outdir: string): Sample => {
        // The CDK's own check of templates takes as long again, in both.
        const env = { AGENT_ROLES_MANIFEST: manifest, CDK_OUTDIR: outdir, CDK_VALIDATION: "false" };
        return () => elapsedMs(() => runNode([script], env));
      };
      const [ours, minimal] = [join(folder, "ours"), join(folder, "minimal")];
      const subject = app(INFRA, ours);
      const baseline = app(join(CHILDREN, "minimal-app.js"), minimal);
      const figures = await alternate({ subject, baseline, repetitions: 3 });
      const [content, wanted] = await Promise.all([contentOf(ours), contentOf(minimal)]);
      if (content !== wanted) throw new Error(`the apps are not comparable: ${content} and ${wanted}`);
      return { ...figures, unit: "ms" };
    }),
};

function manifestText(): string {
  const roles = ACCOUNTS.flatMap((account) =>
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
