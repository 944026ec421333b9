import { type Manifest, parseManifest } from "@agent-roles/manifest";
import { App } from "aws-cdk-lib";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";

/** The two examples of the documentation and a third with an external ID, with whatever a test changes. */
export function exampleManifest(changes: Readonly<Record<string, unknown>> = {}): Manifest {
  const manifest = {
    master: { account: "123456789012", roleName: "agent-master", trustedBy: [{ account: "123456789012" }] },
    roles: [
      { profile: "MyFirstAccount", account: "123456789012", roleName: "MyFirstRole" },
      { profile: "MySecondAccount", account: "123456789013", roleName: "MySecondRole" },
      { profile: "MyThirdAccount", account: "123456789013", roleName: "MyThirdRole", externalId: "partner-1" },
    ],
    ...changes,
  };
  return parseManifest(stringify(manifest), "agent-roles.yaml");
}

/** Roles in as many accounts as asked for. */
export function manyRoles(accounts: number, rolesAnAccount: number): Record<string, unknown>[] {
  return Array.from({ length: accounts * rolesAnAccount }, (_, index) => ({
    profile: `Profile${index}`,
    account: String(100_000_000_000 + (index % accounts)),
    roleName: `Role${Math.floor(index / accounts)}`,
  }));
}

/** An app that writes into a temporary directory; the CDK's own template validation is left out, because it takes seconds to load. */
export function testApp(context: Readonly<Record<string, unknown>> = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), "infra-"));
  onTestFinished(() => rmSync(outdir, { recursive: true }));
  return new App({
    outdir,
    context,
    autoSynth: false,
    treeMetadata: false,
    stackTraces: false,
    builtinCloudFormationValidation: false,
  });
}
