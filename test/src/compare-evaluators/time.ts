import { evaluateAssumeRole } from "@agent-roles/trust";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { type IndependentEvaluator, installIndependentEvaluator } from "./independent-evaluator.ts";
import { seededRandom } from "./random.ts";
import { randomRequest } from "./random-request.ts";

// For `pnpm bench`: prints milliseconds of the same decisions by both, round by round, as JSON.
const [, , count = "1000", rounds = "7"] = process.argv;
const directory = await mkdtemp(join(tmpdir(), "compare-evaluators-"));
try {
  const askOther = await installIndependentEvaluator(directory).catch((error: unknown) => String(error));
  const result = typeof askOther === "string" ? { skipped: askOther.split("\n")[0] } : { rounds: await time(askOther) };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await rm(directory, { recursive: true });
}

async function time(askOther: IndependentEvaluator): Promise<{ readonly ours: number; readonly theirs: number }[]> {
  const random = seededRandom(1);
  const requests = Array.from({ length: Number(count) }, () => randomRequest(random));
  const times: { readonly ours: number; readonly theirs: number }[] = [];
  // The first round warms both up.
  for (let round = 0; round <= Number(rounds); round += 1) {
    const start = performance.now();
    for (const request of requests) evaluateAssumeRole(request);
    const middle = performance.now();
    for (const request of requests) await askOther(request);
    if (round > 0) times.push({ ours: middle - start, theirs: performance.now() - middle });
  }
  return times;
}
