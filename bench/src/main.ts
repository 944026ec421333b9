import process from "node:process";
import { type Bench, type Outcome, runBench } from "./bench.ts";
import { benches } from "./benches.ts";
import { readCommandLine } from "./command-line.ts";
import { table } from "./table.ts";

const commandLine = readCommandLine(
  process.argv.slice(2),
  benches.map(({ name }) => name),
);
if ("usage" in commandLine) {
  process.stderr.write(`${commandLine.usage}\n`);
  process.exitCode = 2;
} else {
  const outcomes: Outcome[] = [];
  for (const bench of benches.filter(({ name }) => commandLine.names.includes(name))) {
    process.stderr.write(`${bench.name}: ${bench.what}\n`);
    const small: Bench = { ...bench, budget: { kind: "none" } };
    const outcome = await runBench(commandLine.small ? small : bench, commandLine.scale);
    if (outcome.status === "failed") {
      process.stderr.write(`${outcome.reason}\n`);
      process.exitCode = 1;
    }
    outcomes.push(outcome);
  }
  const { version: node } = process;
  process.stdout.write(
    commandLine.json
      ? `${JSON.stringify({ node, results: outcomes }, undefined, 2)}\n`
      : `\nNode ${node}\n${table(outcomes)}\n`,
  );
}
