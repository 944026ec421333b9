import process from "node:process";
import { text } from "node:stream/consumers";
import { systemClock } from "@agent-roles/runtime/clock";
import pc from "picocolors";
import { exportToProcess } from "./export-to-process.ts";
import { runCli } from "./run-cli.ts";

const stop = new AbortController();
const toStop = (): void => {
  // Who asks twice does not want to wait.
  if (stop.signal.aborted) process.exit(130);
  stop.abort();
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, toStop);

let reload: (() => void) | undefined;
process.on("SIGHUP", () => {
  // At a terminal it means that the terminal is gone.
  if (reload && !process.stdin.isTTY) reload();
  else toStop();
});
// A reader that leaves early, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  exportEnv: exportToProcess,
  clock: systemClock,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  stdin: () => text(process.stdin),
  signal: stop.signal,
  onReload: (listener) => {
    reload = listener;
  },
  color: pc.isColorSupported,
});
// A call that still hangs must not hold up a command that has its answer, or was told to stop.
process.stdout.write("", () => process.exit());
