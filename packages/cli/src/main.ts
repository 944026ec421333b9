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
  stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, toStop);
  if (!reload) process.on("SIGHUP", onHangup);
  return stop.signal;
}

function toStop(): void {
  // Nothing has begun yet, or somebody asks twice and does not want to wait.
  if (!stop || stop.signal.aborted) process.exit(130);
  stop.abort();
}

/** At a terminal it means that the terminal is gone. */
function onHangup(): void {
  if (reload && !process.stdin.isTTY) reload();
  else toStop();
}

// A reader that leaves early, such as `head`, changes neither what is done nor how it ends: a check that fails, fails; what
// rotates goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

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
    if (!reload && !stop) process.on("SIGHUP", onHangup);
    reload = listener;
  },
  color: pc.isColorSupported,
});
// A call that still hangs must not hold up a command that has its answer, or was told to stop.
process.stdout.write("", () => process.exit());
