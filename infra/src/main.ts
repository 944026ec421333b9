import { loadManifest, ManifestError } from "@agent-roles/manifest";
import { App } from "aws-cdk-lib";
import { deployRegion } from "./deploy-region.ts";
import { InfraError } from "./infra-error.ts";
import { synthesize } from "./synthesize.ts";

// What `cdk` runs (cdk.json). The CDK must not synthesize by itself: after a mistake it would deploy an empty app.
const app = new App({ autoSynth: false, stackTraces: false, treeMetadata: false, analyticsReporting: false });
const { env } = process;

/** `-c name=value`, or the same in cdk.json. */
function context(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

try {
  const manifest = await loadManifest(context("manifest") ?? env["AGENT_ROLES_MANIFEST"] ?? "agent-roles.yaml");
  // The CDK itself derives CDK_DEFAULT_REGION from AWS_REGION and the profile.
  const region = deployRegion(
    manifest.partition,
    context("region") ?? env["CDK_DEFAULT_REGION"] ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"],
  );
  const stackPrefix = context("stackPrefix");
  synthesize(app, manifest, { region, ...(stackPrefix !== undefined && { stackPrefix }) });
} catch (error) {
  if (!(error instanceof ManifestError || error instanceof InfraError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
