import { setTimeout as sleep } from "node:timers/promises";
import { groupBy, isRecord } from "@agent-roles/iam";
import { deployRoleArn, type Manifest } from "@agent-roles/manifest";
import type { ICloudAssemblySource, IoMessage, StackSelector, Toolkit } from "@aws-cdk/toolkit-lib";
import { InfraError } from "../infra-error.ts";
import { callingSession } from "./calling-session.ts";
import { deployFailure } from "./deploy-failure.ts";
import type { FleetOptions } from "./fleet-options.ts";
import type { StackResult } from "./fleet-result.ts";
import { forEachGroup } from "./for-each-group.ts";
import type { FleetStack } from "./selected-stacks.ts";

/** Tries of one stack, when AWS throttles. */
const TRIES = 5;
const CONCURRENCY = 10;
const RETRY_DELAY_MS = 2000;

type Task = (
  toolkit: Toolkit,
  assembly: ICloudAssemblySource,
  stacks: StackSelector,
  notified: { readonly isNoOp: boolean },
) => Promise<Pick<StackResult, "status" | "changes">>;

/**
 * Runs a task of the CDK for each stack of an assembly; the stacks of one account run one after the other. When the calling session
 * itself fails, the other accounts are skipped.
 *
 * @param directory of the assembly.
 * @returns a result per stack, in the order of `stacks`.
 */
export async function onEachStack(
  manifest: Manifest,
  stacks: readonly FleetStack[],
  directory: string,
  options: FleetOptions,
  task: Task,
): Promise<StackResult[]> {
  if (stacks.length === 0) return [];
  const { concurrency = CONCURRENCY, onResult, retryDelayMs = RETRY_DELAY_MS, region } = options;
  const sessionEnded = new AbortController();
  const signal = AbortSignal.any([sessionEnded.signal, ...(options.signal ? [options.signal] : [])]);
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
    sdkConfig: { baseCredentials: BaseCredentials.awsCliCompatible({ defaultRegion: region }) },
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
        const role = deployRoleArn(manifest, account);
        const { retryable, ...failure } = deployFailure(reasonOf(error, failures.get(stack)), role, stack);
        const isSession = failure.code === "CredentialsExpired" || failure.code === "NoCredentials";
        if (isSession && !(await isUsable(manifest, region))) sessionEnded.abort();
        if (!retryable || tries === TRIES || signal.aborted) return { account, stack, status: "failed", ...failure };
        await sleep(Math.random() * retryDelayMs * 2 ** tries, undefined, { signal }).catch(() => undefined);
      }
    }
  };
  try {
    const groups = groupBy(stacks, ({ account }) => account);
    await forEachGroup([...groups.values()], { concurrency, signal }, async (group) => {
      for (const each of group) {
        const isBlocked = group.some(({ stack }) => results.get(stack)?.status === "failed");
        const result = isBlocked ? { ...each, status: "skipped" as const } : await attempt(each);
        results.set(each.stack, result);
        onResult?.(result, { done: results.size, total: stacks.length });
      }
    });
  } finally {
    await assembly.dispose();
  }
  return stacks.map((each) => results.get(each.stack) ?? { ...each, status: "skipped" });
}

/** Whether the calling session works at all: AWS gives the same error where one account has not enabled the Region. */
async function isUsable(manifest: Manifest, region: string): Promise<boolean> {
  return callingSession(manifest, region).then(
    () => true,
    (error: unknown) => !(error instanceof InfraError),
  );
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
