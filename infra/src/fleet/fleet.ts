import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@agent-roles/manifest";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { App } from "aws-cdk-lib";
import { updateEnvFile } from "../env-file.ts";
import { InfraError } from "../infra-error.ts";
import { synthesize } from "../synthesize.ts";
import { callingSession, type ClientIn } from "./calling-session.ts";
import { deployStack, destroyStack, diffStack } from "./cloudformation-stack.ts";
import { type DeployedRecord, deployedRecord } from "./deployed-record.ts";
import type { FleetOptions, StackResult } from "./fleet-options.ts";
import { onEachStack } from "./on-each-stack.ts";
import { deployStackSet, destroyStackSet, diffStackSet, orphanedInstances } from "./stack-set.ts";
import { type FleetStack, fleetStacks, selectedStacks } from "./selected-stacks.ts";

/**
 * Deploys the roles of a manifest, each account by itself: a failure in one account changes nothing in the others. Then updates
 * `agent-roles.env`.
 *
 * @returns a result per stack, in the order of the manifest.
 * @throws {InfraError} when the manifest cannot be deployed at all.
 */
export async function deployFleet(manifest: Manifest, options: FleetOptions): Promise<StackResult[]> {
  const stacks = selectedStacks(manifest, options);
  const templateOf = synthesized(manifest, options);
  const clientIn = await callingSession(manifest, options);
  const record = await deployedRecord(clientIn, manifest, options);
  await refuseOtherDeployment(manifest, clientIn, record, options);
  const isKnown = !record.problem && !usesStackSet(manifest);
  const deployedBefore = isKnown ? new Set(record.stacks.map(({ account }) => account)) : undefined;
  // Before the first stack, because the command can be interrupted.
  warn(options, await record.save([...record.stacks, ...stacks]));
  const known = new Set(record.stacks.map(({ stack }) => stack));
  // Fewer roles need fewer stacks of an account. They go first: a role cannot move to a stack while another one has it.
  const wanted = new Set(stacks.map(({ stack }) => stack));
  const surplus = record.stacks.filter(
    ({ account, stack }) => !wanted.has(stack) && stacks.some((each) => each.account === account),
  );
  const outcomes = await onEachStack(manifest, clientIn, [...surplus, ...stacks], options, async (stack) => ({
    status: wanted.has(stack.name)
      ? await deployStack(stack, await templateOf(stack.name), !known.has(stack.name))
      : await destroyStack(stack),
  }));
  const isGone = ({ stack, status }: StackResult): boolean =>
    !wanted.has(stack) && (status === "destroyed" || status === "unchanged");
  const gone = new Set(outcomes.filter(isGone).map(({ stack }) => stack));
  const ofAccounts = outcomes.filter((each) => !isGone(each));
  const reached = ofAccounts.filter(({ status, code = "" }) => status !== "skipped" && !UNREACHED.has(code));
  warn(options, await record.save([...record.stacks, ...reached].filter(({ stack }) => !gone.has(stack))));
  const ofStackSet = usesStackSet(manifest) ? await deployStackSet(manifest, clientIn, options) : [];
  const results = [...ofAccounts, ...ofStackSet];
  await updateEnvFile(directoryOf(options), manifest, results, deployedBefore);
  return results;
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
  const templateOf = synthesized(manifest, options);
  const clientIn = await callingSession(manifest, options);
  const results = await onEachStack(manifest, clientIn, stacks, options, async (stack) =>
    diffStack(stack, await templateOf(stack.name)),
  );
  return usesStackSet(manifest) ? [...results, ...(await diffStackSet(manifest, clientIn, options))] : results;
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
  const clientIn = await callingSession(manifest, options);
  const record = await deployedRecord(clientIn, manifest, options);
  const stacks = only?.filter((each) => !isOfStackSet(each)) ?? selectedStacks(manifest, options, record.stacks);
  const accounts = only?.filter(isOfStackSet).map(({ account }) => account);
  const hasStackSet = usesStackSet(manifest) || (accounts?.length ?? 0) > 0;
  const ofStackSet = hasStackSet ? await destroyStackSet(manifest, clientIn, options, accounts) : [];
  const results = await onEachStack(manifest, clientIn, stacks, options, async (stack) => ({
    status: await destroyStack(stack),
  }));
  const gone = new Set(
    results.filter(({ status }) => status === "destroyed" || status === "unchanged").map(({ stack }) => stack),
  );
  warn(options, await record.save(record.stacks.filter(({ stack }) => !gone.has(stack))));
  return [...ofStackSet, ...results];
}

/**
 * Stacks that were deployed, from any checkout, and have no entry in the manifest any more.
 *
 * @throws {InfraError} `SessionUnusable`, `WrongPartition`, or `RecordUnreadable`.
 */
export async function orphanedStacks(manifest: Manifest, options: FleetOptions): Promise<FleetStack[]> {
  const clientIn = await callingSession(manifest, options);
  const record = await deployedRecord(clientIn, manifest, options);
  if (record.problem) throw new InfraError("RecordUnreadable", [record.problem]);
  return orphans(manifest, clientIn, record, options);
}

async function orphans(
  manifest: Manifest,
  clientIn: ClientIn,
  { stacks }: DeployedRecord,
  options: FleetOptions,
): Promise<FleetStack[]> {
  const current = new Set(fleetStacks(manifest, options).map(({ stack }) => stack));
  const gone = stacks.filter(({ stack }) => !current.has(stack));
  return [...gone, ...(await orphanedInstances(manifest, clientIn, options))];
}

/**
 * A role cannot be in two stacks: after a change of `deployment`, the stacks of the other kind have to go first.
 *
 * @throws {InfraError} `DeploymentChanged`
 */
async function refuseOtherDeployment(
  manifest: Manifest,
  clientIn: ClientIn,
  record: DeployedRecord,
  options: FleetOptions,
): Promise<void> {
  const ids = new Set(manifest.roles.map(({ account }) => account));
  const left = (await orphans(manifest, clientIn, record, options)).filter(
    (each) => ids.has(each.account) && isOfStackSet(each) !== usesStackSet(manifest),
  );
  const [first] = left;
  if (!first) return;
  const place = `${first.stack} in account ${first.account}`;
  const message =
    left.length === 1
      ? `the stack ${place} was deployed with another deployment`
      : `${left.length} stacks of the roles, such as ${place}, were deployed with another deployment`;
  const fix = `Run agent-roles destroy --orphans --yes and deploy again; agents have no roles in between. Or set deployment: ${usesStackSet(manifest) ? "accounts" : "stack-sets"} again.`;
  throw new InfraError("DeploymentChanged", [{ path: "deployment", message, fix }]);
}

function usesStackSet({ deployment }: Manifest): boolean {
  return deployment === "stack-sets";
}

/** The name of a StackSet has no account. */
function isOfStackSet({ stack }: FleetStack): boolean {
  return !/-\d{12}(-\d+)?$/.test(stack);
}

function warn({ onWarning }: FleetOptions, problem: Diagnostic | undefined): void {
  if (problem) onWarning?.(problem);
}

function directoryOf({ directory = "cdk.out" }: FleetOptions): string {
  return directory;
}

/** Writes the templates of the manifest. @returns the template of a stack in compact JSON, by the stack's name. */
function synthesized(manifest: Manifest, options: FleetOptions): (stack: string) => Promise<string> {
  const { region, stackPrefix } = options;
  const directory = directoryOf(options);
  const app = new App({
    outdir: directory,
    autoSynth: false,
    stackTraces: false,
    treeMetadata: false,
    analyticsReporting: false,
    // The rules of the CDK take seconds, find nothing that the manifest's own checks accept, and are part of cdk synth.
    builtinCloudFormationValidation: false,
  });
  synthesize(app, manifest, { region, ...(stackPrefix !== undefined && { stackPrefix }) });
  return async (stack) => JSON.stringify(JSON.parse(await readFile(join(directory, `${stack}.template.json`), "utf8")));
}
