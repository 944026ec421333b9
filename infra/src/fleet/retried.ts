import { setTimeout as sleep } from "node:timers/promises";
import { type DeployFailure, deployFailure } from "./deploy-failure.ts";

interface RetryOptions {
  /** ARN of the deploy role and the name of what the call changes, for fixes. */
  readonly role: string;
  readonly name: string;
  /** First wait before a retry, milliseconds; it doubles with each try. */
  readonly delayMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onFailure?: (failure: DeployFailure) => Promise<void>;
}

/** What a call gives, or how it failed: it is made as often as its failure allows. */
export async function retried<Outcome>(
  call: () => Promise<Outcome>,
  { role, name, delayMs, signal, onFailure }: RetryOptions,
): Promise<Outcome | ({ readonly status: "failed" } & Omit<DeployFailure, "tries">)> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      const failure = deployFailure(error, role, name);
      await onFailure?.(failure);
      const { tries: allowed, ...shown } = failure;
      if (tries >= allowed || signal?.aborted) return { status: "failed", ...shown };
      await sleep(Math.random() * delayMs * 2 ** tries, undefined, { signal }).catch(() => undefined);
    }
  }
}
