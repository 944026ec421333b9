import process from "node:process";
import { systemClock } from "@agent-roles/runtime/clock";
import { credentialProcess, type CredentialProcessOptions } from "./credential-process/credential-process.ts";
import { exportToProcess } from "./export-to-process.ts";

/** What `fast-main.ts` leaves to be done when it has understood the command line, and the cache has no answer. */
export async function main(options: CredentialProcessOptions): Promise<void> {
  process.exitCode = await credentialProcess(
    {
      env: { ...process.env },
      exportEnv: exportToProcess,
      clock: systemClock,
      out: (line) => process.stdout.write(`${line}\n`),
      err: (line) => process.stderr.write(`${line}\n`),
    },
    options,
  );
  // A call that still hangs must not hold up whoever has the answer.
  process.stdout.write("", () => process.exit());
}
