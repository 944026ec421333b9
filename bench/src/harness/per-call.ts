import type { Sample } from "./alternate.ts";
import { elapsedMs } from "./elapsed.ts";

const CALLS = 10_000;

/** Nanoseconds that one call of a provider takes, called again and again. */
export function perCallNs(provider: () => Promise<unknown>): Sample {
  const calls = async (): Promise<void> => {
    for (let call = 0; call < CALLS; call += 1) await provider();
  };
  return async () => ((await elapsedMs(calls)) * 1e6) / CALLS;
}
