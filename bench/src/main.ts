import process from "node:process";
import { assess, type Result } from "./assess.ts";
import { benches } from "./benches.ts";
import { readCommandLine } from "./command-line.ts";
import { type LeftOut, reportJson, reportText } from "./report.ts";

const commandLine = readCommandLine(
  process.argv.slice(2),
  benches.map(({ name }) => name),
);
if ("usage" in commandLine) {
  process.stderr.write(`${commandLine.usage}\n`);
  process.exitCode = 2;
} else {
  const results: Result[] = [];
  const leftOut: LeftOut[] = [];
  for (const bench of benches.filter(({ name }) => commandLine.names.includes(name))) {
    process.stderr.write(`${bench.name}: ${bench.what}\n`);
    const outcome = await bench.run();
    if ("skipped" in outcome) leftOut.push({ name: bench.name, reason: outcome.skipped });
    else results.push(assess(bench, outcome));
  }
  const report = { node: process.version, results, leftOut };
  process.stdout.write(`${commandLine.json ? reportJson(report) : reportText(report)}\n`);
}
