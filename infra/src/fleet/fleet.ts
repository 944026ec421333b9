import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { groupBy, isRecord } from "@agent-roles/iam";
import { deployRoleArn, didYouMean, type Manifest } from "@agent-roles/manifest";
import type { ICloudAssemblySource, IoMessage, StackSelector, Toolkit } from "@aws-cdk/toolkit-lib";
import { App, Stack } from "aws-cdk-lib";
import { accountStackName } from "../account-stack.ts";
import { deployRegion } from "../deploy-region.ts";
import { deployRoleSynthesizer } from "../deploy-role-synthesizer.ts";
import { InfraError } from "../infra-error.ts";
import { stackContents } from "../stack-contents.ts";
import { synthesize } from "../synthesize.ts";
import { type DeployedStack, noteDeployedStacks, readDeployedStacks } from "./deployed-stacks.ts";
import { deployFailure } from "./deploy-failure.ts";
import type { StackResult } from "./fleet-result.ts";
import { forEachGroup } from "./for-each-group.ts";

export interface FleetOptions {
  /** Region of the stacks. */
  readonly region: string;
  readonly stackPrefix?: string;
  /** Where the templates are written. Default `cdk.out`. */
  readonly directory?: string;
  /** Ids or aliases. Default: all accounts of the manifest. */
  readonly accounts?: readonly string[];
  /** Accounts at a time. Default 10. */
  readonly concurrency?: number;
  /** Called after each stack. */
  readonly onResult?: (result: StackResult, progress: { readonly done: number; readonly total: number }) => void;
  /** Stops before the next account; what is in progress ends first. */
  readonly signal?: AbortSignal;
  /** First wait before a retry; it doubles with each try. Default 2000. */
  readonly retryDelayMs?: number;
  /** How often CloudFormation is asked for the state of a stack. Default 2000. */
  readonly pollingMs?: number;
}

/** Tries of one stack, when AWS throttles. */
const TRIES = 5;
const CONCURRENCY = 10;
const OUTPUT = "cdk.out";
const RETRY_DELAY_MS = 2000;
const POLLING_MS = 2000;

/**
 * Deploys the roles of a manifest, each account by itself: a failure in one account changes nothing in the others.
 *
 * @returns a result per stack, in the order of the manifest.
 * @throws {InfraError} when the manifest cannot be deployed at all.
 */
export async function deployFleet(manifest: Manifest, options: FleetOptions): Promise<StackResult[]> {
  const directory = synthesized(manifest, options);
  const results = await onEachStack(manifest, options, directory, async (toolkit, assembly, stacks, notified) => {
    await toolkit.deploy(assembly, {
      stacks,
      deploymentMethod: { method: "direct" },
      stackEventPollingInterval: options.pollingMs ?? POLLING_MS,
    });
    return { status: notified.isNoOp ? "unchanged" : "deployed" };
  });
  return results;
}

/** Compares the deployed stacks with the manifest. @see deployFleet for results and errors. */
export async function diffFleet(manifest: Manifest, options: FleetOptions): Promise<StackResult[]> {
  const directory = synthesized(manifest, options);
  const { DiffMethod } = await import("@aws-cdk/toolkit-lib");
  return onEachStack(manifest, options, directory, async (toolkit, assembly, stacks) => {
    const diffs = await toolkit.diff(assembly, {
      stacks,
      method: DiffMethod.TemplateOnly(),
    });
    const changes: string[] = [];
    for (const diff of Object.values(diffs)) {
      diff.resources.forEachDifference((logicalId, change) => {
        const sign = change.isAddition ? "+" : change.isRemoval ? "-" : "~";
        const properties = change.isUpdate ? ` (${Object.keys(change.propertyUpdates).join(", ")})` : "";
        changes.push(`${sign} ${change.newResourceType ?? change.oldResourceType ?? ""} ${logicalId}${properties}`);
      });
      diff.outputs.forEachDifference((name, change) => {
        changes.push(`${change.isAddition ? "+" : change.isRemoval ? "-" : "~"} output ${name}`);
      });
    }
    return changes.length > 0 ? { status: "changed", changes } : { status: "unchanged" };
  });
}

/**
 * Deletes the stacks of a manifest, and of accounts in `options.accounts` that are no longer in the manifest.
 *
 * @see deployFleet for results.
 */
export async function destroyFleet(manifest: Manifest, options: FleetOptions): Promise<StackResult[]> {
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-destroy-"));
  try {
    writeStackNames(manifest, options, directory);
    const results = await onEachStack(
      manifest,
      options,
      directory,
      async (toolkit, assembly, stacks) => {
        const destroyed = await toolkit.destroy(assembly, {
          stacks,
          stackEventPollingInterval: options.pollingMs ?? POLLING_MS,
        });
        return { status: destroyed.stacks.some(({ stackExisted }) => stackExisted) ? "destroyed" : "unchanged" };
      },
      true,
    );
    return results;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Stacks that were deployed with this output directory and have no entry in the manifest any more. */
export async function orphanedStacks(manifest: Manifest, options: FleetOptions): Promise<DeployedStack[]> {
  const { directory = OUTPUT, stackPrefix = "" } = options;
  const current = new Set(stackContents(manifest).map((content) => accountStackName(content, stackPrefix)));
  return (await readDeployedStacks(directory)).filter(
    ({ stack }) => stack.startsWith(stackPrefix) && !current.has(stack),
  );
}

/**
 * The Region of the stacks: the wanted one, or that of the AWS profile, or the partition's default.
 *
 * @throws {InfraError} `InvalidRegion`
 */
export async function fleetRegion(partition: string, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return deployRegion(partition, wanted);
  const { BaseCredentials } = await import("@aws-cdk/toolkit-lib");
  const silent = {
    notify: async () => undefined,
    requestResponse: async <T>(message: { readonly defaultResponse: T }) => message.defaultResponse,
  };
  const { defaultRegion } = await BaseCredentials.awsCliCompatible().sdkBaseConfig(silent, {});
  // The CDK's own default, whatever the partition.
  return deployRegion(partition, defaultRegion === "us-east-1" ? undefined : defaultRegion);
}

/** Templates of the manifest. */
function synthesized(manifest: Manifest, options: FleetOptions): string {
  const { region, stackPrefix, directory = OUTPUT } = options;
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
function writeStackNames(manifest: Manifest, options: FleetOptions, directory: string): void {
  const app = new App({
    outdir: directory,
    autoSynth: false,
    stackTraces: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  });
  for (const { account, stack } of selected(manifest, options, true)) {
    new Stack(app, stack, {
      env: { account, region: options.region },
      synthesizer: deployRoleSynthesizer(deployRoleArn(manifest, account)),
    });
  }
  app.synth();
}

interface FleetStack {
  readonly account: string;
  readonly stack: string;
}

/** Stacks of the chosen accounts. @throws {InfraError} `UnknownAccount` */
function selected(
  manifest: Manifest,
  { accounts, stackPrefix = "" }: FleetOptions,
  canBeGone: boolean,
): readonly FleetStack[] {
  const all = stackContents(manifest).map((content) => ({
    account: content.account,
    stack: accountStackName(content, stackPrefix),
  }));
  if (accounts === undefined) return all;
  const ids = accounts.map((name) => manifest.accounts?.find(({ alias }) => alias === name)?.id ?? name);
  const known = new Set(all.map(({ account }) => account));
  const unknown = ids.filter((id) => !known.has(id) && !(canBeGone && /^\d{12}$/.test(id)));
  if (unknown.length > 0) {
    const problems = unknown.map((id) => ({
      path: "--accounts",
      message: `"${id}" is not an account of the manifest`,
      fix: didYouMean(id, [...(manifest.accounts ?? []).map(({ alias }) => alias), ...known]),
    }));
    throw new InfraError("UnknownAccount", problems);
  }
  const gone = ids.filter((id) => !known.has(id)).map((account) => ({ account, number: 1 }));
  return [
    ...all.filter(({ account }) => ids.includes(account)),
    ...gone.map(({ account, number }) => ({ account, stack: accountStackName({ account, number }, stackPrefix) })),
  ];
}

type Task = (
  toolkit: Toolkit,
  assembly: ICloudAssemblySource,
  stacks: StackSelector,
  notified: { readonly isNoOp: boolean },
) => Promise<Pick<StackResult, "status" | "changes">>;

/** Runs a task for each stack; the stacks of one account run one after the other. */
async function onEachStack(
  manifest: Manifest,
  options: FleetOptions,
  directory: string,
  task: Task,
  isDestroy = false,
): Promise<StackResult[]> {
  const { concurrency = CONCURRENCY, signal, onResult, retryDelayMs = RETRY_DELAY_MS } = options;
  const stacks = selected(manifest, options, isDestroy);
  const { BaseCredentials, StackSelectionStrategy, Toolkit: CdkToolkit } = await import("@aws-cdk/toolkit-lib");
  const results = new Map<string, StackResult>();
  const noOps = new Set<string>();
  const failures = new Map<string, string[]>();
  const toolkit = new CdkToolkit({
    ioHost: {
      notify: async (message) => note(message, noOps, failures),
      requestResponse: async ({ defaultResponse, code }) =>
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- I7010 asks whether to destroy, which the caller has decided
        (code === "CDK_TOOLKIT_I7010" ? true : defaultResponse) as typeof defaultResponse,
    },
    color: false,
    emojis: false,
    sdkConfig: { baseCredentials: BaseCredentials.awsCliCompatible({ defaultRegion: options.region }) },
  });
  const source = await toolkit.fromAssemblyDirectory(directory);
  const assembly = await toolkit.synth(source);
  const only = (stack: string): StackSelector => ({
    patterns: [stack],
    strategy: StackSelectionStrategy.PATTERN_MUST_MATCH_SINGLE,
  });
  const attempt = async ({ account, stack }: FleetStack): Promise<StackResult> => {
    for (let tries = 1; ; tries += 1) {
      failures.delete(stack);
      try {
        const result = await task(toolkit, assembly, only(stack), {
          get isNoOp() {
            return noOps.has(stack);
          },
        });
        return { account, stack, ...result };
      } catch (error) {
        const { retryable, ...failure } = deployFailure(
          reasonOf(error, failures.get(stack)),
          deployRoleArn(manifest, account),
          stack,
        );
        if (!retryable || tries === TRIES || signal?.aborted) return { account, stack, status: "failed", ...failure };
        await sleep(Math.random() * retryDelayMs * 2 ** tries, undefined, { signal }).catch(() => undefined);
      }
    }
  };
  let noted = Promise.resolve();
  try {
    const groups = groupBy(stacks, ({ account }) => account);
    await forEachGroup([...groups.values()], { concurrency, signal }, async (group) => {
      for (const each of group) {
        const isBlocked = group.some(({ stack }) => results.get(stack)?.status === "failed");
        const result = isBlocked ? { ...each, status: "skipped" as const } : await attempt(each);
        results.set(each.stack, result);
        // At once, because the command can be interrupted.
        noted = noted.then(() => noteDeployedStacks(options.directory ?? OUTPUT, [result], isDestroy));
        await noted;
        onResult?.(result, { done: results.size, total: stacks.length });
      }
    });
  } finally {
    await assembly.dispose();
  }
  return stacks.map((each) => results.get(each.stack) ?? { ...each, status: "skipped" });
}

/** Remembers stacks without changes, and why resources failed. */
function note({ code, data }: IoMessage<unknown>, noOps: Set<string>, failures: Map<string, string[]>): void {
  if (code === "CDK_TOOLKIT_I5900" && isRecord(data) && data["noOp"] === true) {
    noOps.add(String(data["stackArn"]).split("/")[1] ?? "");
  }
  const event = code === "CDK_TOOLKIT_I5502" && isRecord(data) ? data["event"] : undefined;
  if (!isRecord(event) || !String(event["ResourceStatus"]).endsWith("_FAILED")) return;
  const reason = event["ResourceStatusReason"];
  if (typeof reason !== "string" || /cancell?ed/i.test(reason)) return;
  const stack = String(event["StackName"]);
  failures.set(stack, [...(failures.get(stack) ?? []), `${String(event["LogicalResourceId"])}: ${reason}`]);
}

/** What CloudFormation says of the first resource that failed, or else the CDK's message with its causes. */
function reasonOf(error: unknown, failed: readonly string[] | undefined): string {
  if (failed?.[0] !== undefined) return failed[0];
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error && messages.length < 5; cause = cause.cause) {
    const { message } = cause;
    if (!messages.some((known) => known.includes(message))) messages.push(message);
  }
  return messages.length > 0 ? messages.join(": ") : String(error);
}
