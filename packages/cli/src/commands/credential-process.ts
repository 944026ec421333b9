import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { credentialProcess, type CredentialProcessOptions } from "../credential-process/credential-process.ts";
import { withEnvFile } from "../read-env.ts";

/** `agent-roles credential-process`, for help and wrong usage; AWS clients come by `credential-process-main.ts`. */
export function credentialProcessCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("credential-process"))
    .description("give AWS clients the credentials of a profile, as credential_process in ~/.aws/config has it")
    .requiredOption("--profile <profile>", "a profile of AWS_ROLE_N")
    .action(async (options: CredentialProcessOptions) => exitWith(await credentialProcess(context, options)));
}
