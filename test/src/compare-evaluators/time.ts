import { evaluateAssumeRole } from "@agent-roles/trust";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { type IndependentEvaluator, installIndependentEvaluator } from "./independent-evaluator.ts";
import { seededRandom } from "./random.ts";
import { randomQuestion } from "./random-question.ts";

// For `pnpm bench`: prints milliseconds of the same decisions by both, round by round, as JSON.
const [, , count = "1000", rounds = "7"] = process.argv;
const folder = await mkdtemp(join(tmpdir(), "compare-evaluators-"));
try {
  const ask = await installIndependentEvaluator(folder).catch((error: unknown) => String(error));
  const result = typeof ask === "string" ? { skipped: ask.split("\n")[0] } : { rounds: await time(ask) };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await rm(folder, { recursive: true });
}

async function time(ask: IndependentEvaluator): Promise<{ readonly ours: number; readonly theirs: number }[]> {
  const random = seededRandom(1);
  const questions = Array.from({ length: Number(count) }, () => randomQuestion(random));
  const times: { readonly ours: number; readonly theirs: number }[] = [];
  // The first round warms both up.
  for (let round = 0; round <= Number(rounds); round += 1) {
    const start = performance.now();
    for (const question of questions) evaluateAssumeRole(question);
    const middle = performance.now();
    for (const question of questions) await ask(question);
    if (round > 0) times.push({ ours: middle - start, theirs: performance.now() - middle });
  }
  return times;
}
