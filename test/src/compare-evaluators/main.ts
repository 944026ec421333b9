import { type AssumeRoleRequest, type Decision, evaluateAssumeRole } from "@agent-roles/trust";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { type DifferenceClass, differenceClasses, explainDifference } from "./explain-difference.ts";
import { type IndependentAnswer, installIndependentEvaluator } from "./independent-evaluator.ts";
import { seededRandom } from "./random.ts";
import { randomRequest } from "./random-request.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "50000" },
    seed: { type: "string", default: "1" },
    examples: { type: "string", default: "1" },
  },
});

interface Difference {
  readonly request: AssumeRoleRequest;
  readonly ours: Decision;
  readonly theirs: IndependentAnswer;
}

const directory = await mkdtemp(join(tmpdir(), "compare-evaluators-"));
try {
  const askOther = await installIndependentEvaluator(directory);
  const random = seededRandom(Number(values.seed));
  const found = new Map<DifferenceClass, Difference[]>();
  const agreed: Record<string, number> = {};
  for (let i = 0; i < Number(values.requests); i += 1) {
    const request = randomRequest(random);
    const answer = evaluateAssumeRole(request);
    const ours = answer.decision;
    const theirs = await askOther(request);
    if (ours === theirs.decision) {
      agreed[ours] = (agreed[ours] ?? 0) + 1;
      continue;
    }
    const why = await explainDifference(request, answer, theirs, askOther);
    found.set(why, [...(found.get(why) ?? []), { request, ours, theirs }]);
  }
  const lines = [`seed ${values.seed}, ${values.requests} requests; alike: ${JSON.stringify(agreed)}`];
  for (const name of differenceClasses) {
    const differences = found.get(name) ?? [];
    const directions = Object.entries(
      countBy(differences, ({ ours, theirs }) => `ours ${ours}, theirs ${theirs.decision}`),
    );
    lines.push(`${name}: ${differences.length} ${directions.map(([what, count]) => `(${what}: ${count})`).join(" ")}`);
    // The shortest request shows most.
    const shortest = differences.toSorted(
      (a, b) => JSON.stringify(a.request).length - JSON.stringify(b.request).length,
    );
    for (const each of shortest.slice(0, Number(values.examples))) lines.push(`  ${JSON.stringify(each)}`);
  }
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exitCode = found.has("unexplained") ? 1 : 0;
} finally {
  await rm(directory, { recursive: true });
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
