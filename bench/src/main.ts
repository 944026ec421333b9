import process from "node:process";
import { assess, type Result } from "./assess.ts";
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
  const results: Result[] = [];
  for (const bench of benches.filter(({ name }) => commandLine.names.includes(name))) {
    process.stderr.write(`${bench.name}: ${bench.what}\n`);
    const outcome = await bench.run();
    if ("skipped" in outcome) process.stderr.write(`  skipped: ${outcome.skipped}\n`);
    else results.push(assess(bench, outcome));
  }
  const text = commandLine.json
    ? JSON.stringify({ node: process.version, results }, undefined, 2)
    : `\nNode ${process.version}\n${table(results)}`;
  process.stdout.write(`${text}\n`);
}
