import process from "node:process";
import { systemClock } from "@agent-roles/runtime/clock";
import { credentialProcess, type CredentialProcessOptions } from "./credential-process/credential-process.ts";
import { safeOutput } from "@agent-roles/runtime/role-env";
import { exportToProcess, hideSdkWarning } from "./export-to-process.ts";

/** Runs `credential-process` when `fast-main.ts` has parsed the command line and found no answer in the cache. */
export async function main(options: CredentialProcessOptions): Promise<void> {
  hideSdkWarning();
  process.exitCode = await credentialProcess(
    {
      env: { ...process.env },
      exportEnv: exportToProcess,
      clock: systemClock,
      out: (line) => process.stdout.write(`${line}\n`),
      err: (line) => process.stderr.write(`${safeOutput(line)}\n`),
    },
    options,
  );
  // A pending call must not delay the end of the process.
  process.stdout.write("", () => process.exit());
}
