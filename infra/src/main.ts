#!/usr/bin/env node
import { formatDiagnostic } from "@agent-roles/runtime/role-env";
import { App } from "aws-cdk-lib";
import { runApp } from "./run-app.ts";

// What `cdk` runs (cdk.json). The CDK must not synthesize by itself: after a mistake it would deploy an empty app.
const app = new App({ autoSynth: false, stackTraces: false, treeMetadata: false, analyticsReporting: false });
const mistakes = await runApp(app, process.env, (warning) => {
  process.stderr.write(`warning: ${formatDiagnostic(warning)}\n`);
});
if (mistakes !== undefined) {
  process.stderr.write(`${mistakes}\n`);
  process.exitCode = 2;
}
