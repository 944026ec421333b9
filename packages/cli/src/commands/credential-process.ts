import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { credentialProcess, type CredentialProcessOptions } from "../credential-process/credential-process.ts";
import { oneProfile } from "../options.ts";
import { withAccess, withEnvFile } from "../read-env.ts";

/** `agent-roles credential-process`, for help and wrong usage. For AWS clients it starts in `credential-process-main.ts`. */
export function credentialProcessCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withAccess(withEnvFile(new Command("credential-process")))
    .description("print a profile's credentials as JSON, for credential_process in ~/.aws/config")
    .addOption(oneProfile("profile of an AWS_ROLE_N"))
    .action(async (options: Partial<CredentialProcessOptions>) =>
      exitWith(await credentialProcess(context, { profile: "", ...options })),
    );
}
