import process from "node:process";
import { text } from "node:stream/consumers";
import { systemClock } from "@agent-roles/runtime/clock";
import pc from "picocolors";
import { exportToProcess } from "./export-to-process.ts";
import { runCli } from "./run-cli.ts";

let reload: (() => void) | undefined;
let stop: AbortController | undefined;

/** For commands that have something to end in order; the others end at once, as every process does. */
function stopSignal(): AbortSignal {
  if (stop) return stop.signal;
  const stopping = new AbortController();
  stop = stopping;
  const toStop = (): void => {
    // Who asks twice does not want to wait.
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, toStop);
  process.on("SIGHUP", () => {
    // At a terminal it means that the terminal is gone.
    if (reload && !process.stdin.isTTY) reload();
    else toStop();
  });
  return stopping.signal;
}

// A reader that leaves early, such as `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), {
  // A copy: an env file is exported into the process's own, and what leaves it must not stay in force.
  env: { ...process.env },
  exportEnv: exportToProcess,
  clock: systemClock,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  stdin: () => text(process.stdin),
  get signal() {
    return stopSignal();
  },
  onReload: (listener) => {
    reload = listener;
  },
  color: pc.isColorSupported,
});
// A call that still hangs must not hold up a command that has its answer, or was told to stop.
process.stdout.write("", () => process.exit());
