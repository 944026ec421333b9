#!/usr/bin/env node
import { formatDiagnostic } from "@agent-roles/runtime/role-env";
import { App } from "aws-cdk-lib";
import { runApp } from "./run-app.ts";

// What `cdk` runs (cdk.json), or a person without the CDK's command. The CDK must not synthesize by itself: after a mistake it would deploy an empty app.
const outdir = process.env["CDK_OUTDIR"] ?? "cdk.out";
const app = new App({ outdir, autoSynth: false, stackTraces: false, treeMetadata: false, analyticsReporting: false });
const failure = await runApp(app, process.env, (warning) => {
  process.stderr.write(`warning: ${formatDiagnostic(warning)}\n`);
});
if (failure) {
  process.stderr.write(`${failure.message}\n`);
  process.exitCode = failure.exitCode;
} else if (process.env["CDK_OUTDIR"] === undefined) {
  process.stderr.write(`wrote the templates and agent-roles.env to ${outdir}\n`);
}
