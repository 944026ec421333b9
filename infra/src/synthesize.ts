import { type Manifest, trustContext } from "@agent-roles/manifest";
import { type App, Stage, Validations } from "aws-cdk-lib";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AccountStack } from "./account-stack.ts";
import { policySizeProblems } from "./checks/policy-sizes.ts";
import { templateSizeProblems } from "./checks/template-sizes.ts";
import { trustProblems } from "./checks/trust-holds.ts";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { InfraError, type InfraErrorCode } from "./infra-error.ts";
import { stackContents } from "./stack-contents.ts";
import { stackSetTemplate } from "./stack-set-template.ts";
import { TrustValidationPlugin } from "./trust-validation-plugin.ts";

export interface SynthesizeOptions {
  /** Region of the stacks. */
  readonly region: string;
  readonly stackPrefix?: string;
}

/**
 * Writes the templates of a manifest, one stack per account (more where one template is too small).
 *
 * @returns the output directory: `cdk.out`, unless the app has another `outdir`.
 * @throws {InfraError} when AWS would refuse a document, or the master could not assume a target. The CDK itself reports the
 *   findings of the trust check and exits with code 1.
 */
export function synthesize(app: App, manifest: Manifest, options: SynthesizeOptions): string {
  throwAny("QuotaExceeded", policySizeProblems(manifest));
  throwAny("TrustBroken", trustProblems(manifest));
  addStacks(app, manifest, options);
  const { suppressions, expect: expectations } = manifest.trust ?? {};
  const context = trustContext(manifest);
  Validations.of(app).addPlugins(
    new TrustValidationPlugin({
      context,
      acceptIn: "trust.suppressions",
      ...(suppressions && { suppressions }),
      ...(expectations && { expectations }),
    }),
  );
  const assembly = app.synth();
  throwAny("QuotaExceeded", templateSizeProblems(assembly.stacks));
  const stacks = new Set(assembly.stacks.map(({ stackName }) => stackName));
  // Of accounts that left the manifest: the CDK leaves what it wrote before.
  for (const file of readdirSync(assembly.directory)) {
    const [, stack = ""] = /^(.*agent-roles-\d{12}(?:-\d+)?)\.(?:template|metadata)\.json$/.exec(file) ?? [];
    if (stack !== "" && !stacks.has(stack)) rmSync(join(assembly.directory, file));
  }
  return assembly.directory;
}

/**
 * With `deployment: stack-sets`, CloudFormation deploys the target roles from one template: their stacks are in a stage, which the
 * trust check and `agent-roles check` read and `cdk deploy --all` leaves out.
 */
function addStacks(app: App, manifest: Manifest, options: SynthesizeOptions): void {
  const contents = stackContents(manifest);
  if (manifest.deployment !== "stack-sets") {
    for (const content of contents) new AccountStack(app, { manifest, content, ...options });
    return;
  }
  const master = { account: manifest.master.account, number: 1, hasMaster: true, targets: [] };
  new AccountStack(app, { manifest, content: master, ...options });
  writeFileSync(join(app.outdir, "agent-roles.stack-set.json"), stackSetTemplate(manifest));
  const stage = new Stage(app, "StackSet");
  for (const content of contents) {
    if (content.targets.length > 0) {
      new AccountStack(stage, { manifest, content: { ...content, hasMaster: false }, ...options });
    }
  }
}

function throwAny(code: InfraErrorCode, problems: readonly Diagnostic[]): void {
  if (problems.length > 0) throw new InfraError(code, problems);
}
