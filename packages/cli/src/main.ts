import process from "node:process";
import { text } from "node:stream/consumers";
import { systemClock } from "@agent-roles/runtime/clock";
import pc from "picocolors";
import { exportToProcess, hideSdkWarning } from "./export-to-process.ts";
import { runCli } from "./run-cli.ts";

let reload: (() => void) | undefined;
let stop: AbortController | undefined;

/** Handles the signals from the first use on. A command that does not use it ends at once. */
function stopSignal(): AbortSignal {
  if (stop) return stop.signal;
  stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, toStop);
  if (!reload) process.on("SIGHUP", onHangup);
  return stop.signal;
}

function toStop(): void {
  // Nothing has started yet, or this is the second signal: end at once.
  if (!stop || stop.signal.aborted) process.exit(130);
  stop.abort();
}

/** With a terminal, SIGHUP means that the terminal was closed. */
function onHangup(): void {
  if (reload && !process.stdin.isTTY) reload();
  else toStop();
}

// A reader that closes the pipe early, such as `head`, changes neither the work nor the exit code.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

let answers: AsyncIterator<string> | undefined;

/** Reads one line of the terminal. The iterator keeps what was typed ahead. */
async function ask(question: string): Promise<string> {
  const { createInterface } = await import("node:readline");
  answers ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  process.stderr.write(`${question}: `);
  const { value, done } = await answers.next();
  // Ctrl-D.
  if (done) process.exit(2);
  return value;
}

hideSdkWarning();
process.exitCode = await runCli(process.argv.slice(2), {
  // A copy, because variables of an env file are exported to process.env and removed from it again.
  env: { ...process.env },
  exportEnv: exportToProcess,
  clock: systemClock,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  ...(process.stderr.isTTY && { progress: (line: string) => void process.stderr.write(`\r\u001b[K${line}`) }),
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
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
// A pending call must not delay the end of a command.
process.stdout.write("", () => process.exit());
