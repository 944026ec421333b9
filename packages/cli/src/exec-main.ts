import process from "node:process";
import { isatty } from "node:tty";
import { systemClock } from "@agent-roles/runtime/clock";
import { safeOutput } from "@agent-roles/runtime/role-env";
import { exec } from "./exec/exec.ts";
import { execOptions } from "./exec/exec-options.ts";
import { exportToProcess, hideSdkWarning } from "./export-to-process.ts";

/** Signals that end a process, or that it can use for purposes of its own. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

const options = execOptions(process.argv.slice(3));
if (options) process.exit(await main(options));
// Help and wrong usage.
await import("./main.ts");

function err(line: string): void {
  process.stderr.write(`${safeOutput(line)}\n`);
}

async function main(given: NonNullable<typeof options>): Promise<number> {
  const env = { ...process.env };
  // Not for the command.
  hideSdkWarning();
  try {
    return await exec(
      {
        env,
        exportEnv: exportToProcess,
        clock: systemClock,
        err,
        onSignal: (listener) => {
          for (const signal of SIGNALS) process.on(signal, listener);
        },
        hasTerminal: [0, 1, 2].some(isatty),
      },
      given,
    );
  } catch (error) {
    const { describeError } = await import("./describe-error.ts");
    const { text, code } = describeError(error);
    err(text);
    return code;
  }
}
