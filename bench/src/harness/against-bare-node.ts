import type { Measurement } from "../bench.ts";
import { alternate } from "./alternate.ts";
import { elapsedMs } from "./elapsed.ts";
import { runNode } from "./run-node.ts";

/** Milliseconds from start to end of a script, against those of a Node that does nothing. */
export async function againstBareNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Measurement> {
  const subject = (): Promise<number> => elapsedMs(() => runNode(["--", ...args], env));
  const baseline = (): Promise<number> => elapsedMs(() => runNode(["-e", "0"], env));
  return { ...(await alternate({ subject, baseline, repetitions: 7 })), unit: "ms" };
}
