import { loadManifest, ManifestError } from "@agent-roles/manifest";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import type { App } from "aws-cdk-lib";
import { deployRegion } from "./deploy-region.ts";
import { writeEnvFile } from "./env-file.ts";
import { InfraError } from "./infra-error.ts";
import { synthesize } from "./synthesize.ts";

/** Why an app failed: a finding of the trust check that fails (1), or a mistake in the manifest or the settings (2). */
export interface AppFailure {
  readonly exitCode: 1 | 2;
  readonly message: string;
}

/**
 * Writes the templates and `agent-roles.env` with the settings of context (`-c name=value` or cdk.json) and environment: `manifest` or
 * `AGENT_ROLES_MANIFEST`, `region` or `AWS_REGION`, `stackPrefix`.
 *
 * @returns why it failed, or `undefined` when all is written and no finding fails.
 */
export async function runApp(
  app: App,
  env: Readonly<Record<string, string | undefined>>,
  onWarning: (warning: Diagnostic) => void = () => undefined,
): Promise<AppFailure | undefined> {
  const context = (name: string): string | undefined => {
    const value: unknown = app.node.tryGetContext(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  try {
    const file = context("manifest") ?? env["AGENT_ROLES_MANIFEST"] ?? "agent-roles.yaml";
    const manifest = await loadManifest(file, { onWarning });
    // The CDK itself derives CDK_DEFAULT_REGION from AWS_REGION and the profile.
    const wanted = context("region") ?? env["CDK_DEFAULT_REGION"] ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
    const stackPrefix = context("stackPrefix");
    const directory = synthesize(app, manifest, {
      region: deployRegion(manifest.partition, wanted),
      ...(stackPrefix !== undefined && { stackPrefix }),
    });
    await writeEnvFile(directory, manifest);
    return undefined;
  } catch (error) {
    if (error instanceof ManifestError || error instanceof InfraError) return { exitCode: 2, message: error.message };
    // The CDK prints the findings, and does not export its error.
    if (error instanceof Error && error.name === "ValidationFailed") return { exitCode: 1, message: error.message };
    throw error;
  }
}
