import { groupBy } from "@agent-roles/iam";
import { deployRoleArn, type Manifest } from "@agent-roles/manifest";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { InfraError } from "../infra-error.ts";
import { callingSession, type ClientIn } from "./calling-session.ts";
import type { StackInAccount } from "./cloudformation-stack.ts";
import { type FleetOptions, POLLING_MS, type StackResult } from "./fleet-options.ts";
import { forEachGroup } from "./for-each-group.ts";
import { retried } from "./retried.ts";
import type { FleetStack } from "./selected-stacks.ts";

const CONCURRENCY = 10;
const RETRY_DELAY_MS = 2000;

/** Failures that can concern the calling session or the network, and so every account. */
const MAYBE_OF_ALL: ReadonlySet<string> = new Set(["CredentialsExpired", "NoCredentials", "Unreachable"]);

/**
 * Runs a task for each stack; the stacks of one account run one after the other. When the calling session itself fails, the other
 * accounts are skipped.
 *
 * @returns a result per stack, in the order of `stacks`.
 */
export async function onEachStack(
  manifest: Manifest,
  clientIn: ClientIn,
  stacks: readonly FleetStack[],
  options: FleetOptions,
  task: (stack: StackInAccount) => Promise<Pick<StackResult, "status" | "changes">>,
): Promise<StackResult[]> {
  const { concurrency = CONCURRENCY, onResult, retryDelayMs = RETRY_DELAY_MS, pollingMs = POLLING_MS } = options;
  const sessionEnded = new AbortController();
  const signal = AbortSignal.any([sessionEnded.signal, ...(options.signal ? [options.signal] : [])]);
  const results = new Map<string, StackResult>();
  const attempt = async (client: CloudFormationClient, { account, stack }: FleetStack): Promise<StackResult> => ({
    account,
    stack,
    ...(await retried(() => task({ client, name: stack, pollingMs }), {
      role: deployRoleArn(manifest, account),
      name: stack,
      delayMs: retryDelayMs,
      signal,
      onFailure: async ({ code }) => {
        if (MAYBE_OF_ALL.has(code) && !(await isSessionAccepted(manifest, options))) sessionEnded.abort();
      },
    })),
  });
  const groups = groupBy(stacks, ({ account }) => account);
  await forEachGroup([...groups], { concurrency, signal }, async ([account, group]) => {
    const client = new CloudFormationClient(clientIn(account));
    for (const each of group) {
      const isBlocked = group.some(({ stack }) => results.get(stack)?.status === "failed");
      const result = isBlocked ? { ...each, status: "skipped" as const } : await attempt(client, each);
      results.set(each.stack, result);
      onResult?.(result, { done: results.size, total: stacks.length });
    }
  });
  return stacks.map((each) => results.get(each.stack) ?? { ...each, status: "skipped" });
}

/** Whether the calling session works at all: AWS gives the same error where one account has not enabled the Region. */
async function isSessionAccepted(manifest: Manifest, options: FleetOptions): Promise<boolean> {
  return callingSession(manifest, options).then(
    () => true,
    (error: unknown) => !(error instanceof InfraError),
  );
}
