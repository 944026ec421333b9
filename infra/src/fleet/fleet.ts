import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployRoleArn, type Manifest } from "@agent-roles/manifest";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { App, Stack } from "aws-cdk-lib";
import { deployRegion } from "../deploy-region.ts";
import { deployRoleSynthesizer } from "../deploy-role-synthesizer.ts";
import { InfraError } from "../infra-error.ts";
import { synthesize } from "../synthesize.ts";
import { baseConfig, callingSession } from "./calling-session.ts";
import { changesIn } from "./changes-in.ts";
import { deployedRecord } from "./deployed-record.ts";
import { type FleetOptions, POLLING_MS } from "./fleet-options.ts";
import type { StackResult } from "./fleet-result.ts";
import { onEachStack } from "./on-each-stack.ts";
import { deployStackSet, destroyStackSet, diffStackSet, orphanedInstances } from "./stack-set.ts";
import { type FleetStack, fleetStacks, selectedStacks } from "./selected-stacks.ts";

/**
 * Deploys the roles of a manifest, each account by itself: a failure in one account changes nothing in the others.
 *
 * @returns a result per stack, in the order of the manifest.
 * @throws {InfraError} when the manifest cannot be deployed at all.
 */
export async function deployFleet(manifest: Manifest, options: FleetOptions): Promise<StackResult[]> {
  const { region, pollingMs = POLLING_MS } = options;
  const stacks = selectedStacks(manifest, options);
  const directory = synthesized(manifest, options);
  const session = await callingSession(manifest, region);
  const record = await deployedRecord(session, manifest, options);
  // Before the first stack, because the command can be interrupted.
  warn(options, await record.save([...record.stacks, ...stacks]));
  const results = await onEachStack(manifest, stacks, directory, options, async (toolkit, assembly, only, notified) => {
    await toolkit.deploy(assembly, {
      stacks: only,
      deploymentMethod: { method: "direct" },
      stackEventPollingInterval: pollingMs,
    });
    return { status: notified.isNoOp ? "unchanged" : "deployed" };
  });
  const reached = results.filter(({ status, code = "" }) => status !== "skipped" && !UNREACHED.has(code));
  warn(options, await record.save([...record.stacks, ...reached]));
  return usesStackSet(manifest) ? [...results, ...(await deployStackSet(manifest, session, options))] : results;
}

/** Failures before CloudFormation creates a stack. */
const UNREACHED: ReadonlySet<string> = new Set([
  "CredentialsExpired",
  "DeployRoleNotAssumable",
  "DeployRoleRefusesSession",
  "NoCredentials",
]);

/** Compares the deployed stacks with the manifest. @see deployFleet for results and errors. */
export async function diffFleet(manifest: Manifest, options: FleetOptions): Promise<StackResult[]> {
  const stacks = selectedStacks(manifest, options);
  const directory = synthesized(manifest, options);
  const session = await callingSession(manifest, options.region);
  const { DiffMethod } = await import("@aws-cdk/toolkit-lib");
  const results = await onEachStack(manifest, stacks, directory, options, async (toolkit, assembly, only) => {
    const diffs = await toolkit.diff(assembly, { stacks: only, method: DiffMethod.TemplateOnly() });
    const changes = Object.values(diffs).flatMap((diff) => changesIn(diff));
    return changes.length > 0 ? { status: "changed", changes } : { status: "unchanged" };
  });
  return usesStackSet(manifest) ? [...results, ...(await diffStackSet(manifest, session, options))] : results;
}

/**
 * Deletes the stacks of a manifest, and of accounts in `options.accounts` that are no longer in the manifest.
 *
 * @param only stacks to delete instead, such as {@link orphanedStacks}.
 * @see deployFleet for results.
 */
export async function destroyFleet(
  manifest: Manifest,
  options: FleetOptions,
  only?: readonly FleetStack[],
): Promise<StackResult[]> {
  const { region, pollingMs = POLLING_MS } = options;
  const session = await callingSession(manifest, region);
  const record = await deployedRecord(session, manifest, options);
  const stacks = only?.filter((each) => !isOfStackSet(each)) ?? selectedStacks(manifest, options, record.stacks);
  const accounts = only?.filter(isOfStackSet).map(({ account }) => account);
  const ofStackSet = usesStackSet(manifest) ? await destroyStackSet(manifest, session, options, accounts) : [];
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-destroy-"));
  try {
    writeStackNames(manifest, stacks, region, directory);
    const results = await onEachStack(manifest, stacks, directory, options, async (toolkit, assembly, one) => {
      const destroyed = await toolkit.destroy(assembly, { stacks: one, stackEventPollingInterval: pollingMs });
      return { status: destroyed.stacks.some(({ stackExisted }) => stackExisted) ? "destroyed" : "unchanged" };
    });
    const gone = new Set(
      results.filter(({ status }) => status === "destroyed" || status === "unchanged").map(({ stack }) => stack),
    );
    warn(options, await record.save(record.stacks.filter(({ stack }) => !gone.has(stack))));
    return [...ofStackSet, ...results];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Stacks that were deployed, from any checkout, and have no entry in the manifest any more.
 *
 * @throws {InfraError} `SessionUnusable`, `WrongPartition`, or `RecordUnreadable`.
 */
export async function orphanedStacks(manifest: Manifest, options: FleetOptions): Promise<FleetStack[]> {
  const session = await callingSession(manifest, options.region);
  const { stacks, problem } = await deployedRecord(session, manifest, options);
  if (problem) throw new InfraError("RecordUnreadable", [problem]);
  const current = new Set(fleetStacks(manifest, options).map(({ stack }) => stack));
  const gone = stacks.filter(({ stack }) => !current.has(stack));
  return usesStackSet(manifest) ? [...gone, ...(await orphanedInstances(manifest, session, options))] : gone;
}

function usesStackSet({ deployment }: Manifest): boolean {
  return deployment === "stack-sets";
}

/** The name of a StackSet has no account. */
function isOfStackSet({ stack }: FleetStack): boolean {
  return !/-\d{12}(-\d+)?$/.test(stack);
}

/**
 * The Region of the stacks: the wanted one, or that of the AWS profile, or the partition's default.
 *
 * @throws {InfraError} `InvalidRegion`
 */
export async function fleetRegion(partition: string, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return deployRegion(partition, wanted);
  const { defaultRegion } = await baseConfig();
  // The CDK's own default, whatever the partition.
  return deployRegion(partition, defaultRegion === "us-east-1" ? undefined : defaultRegion);
}

function warn({ onWarning }: FleetOptions, problem: Diagnostic | undefined): void {
  if (problem) onWarning?.(problem);
}

/** Templates of the manifest. */
function synthesized(manifest: Manifest, options: FleetOptions): string {
  const { region, stackPrefix, directory = "cdk.out" } = options;
  const app = new App({
    outdir: directory,
    autoSynth: false,
    stackTraces: false,
    treeMetadata: false,
    analyticsReporting: false,
    context: { "@aws-cdk/core:validateAgainstDefaultRules": true },
  });
  return synthesize(app, manifest, { region, ...(stackPrefix !== undefined && { stackPrefix }) });
}

/** An assembly with the names of the stacks alone: deleting needs no valid templates. */
function writeStackNames(manifest: Manifest, stacks: readonly FleetStack[], region: string, directory: string): void {
  const app = new App({
    outdir: directory,
    autoSynth: false,
    stackTraces: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  });
  for (const { account, stack } of stacks) {
    const synthesizer = deployRoleSynthesizer(deployRoleArn(manifest, account));
    new Stack(app, stack, { env: { account, region }, synthesizer });
  }
  app.synth();
}
