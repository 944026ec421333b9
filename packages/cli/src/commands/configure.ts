import { resolve } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import type { AccessLevel } from "@agent-roles/runtime/role-env";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { readRoleEnv, withAccess, withEnvFile } from "../read-env.ts";

/** Starts this program from any directory and with any `PATH`. The two dashes keep Node from parsing `--env-file` itself. */
const OWN_COMMAND: readonly string[] = [
  execPath,
  "--",
  fileURLToPath(new URL("../../bin/agent-roles.js", import.meta.url)),
];

interface ConfigureOptions {
  readonly envFile?: string;
  readonly access?: AccessLevel;
  readonly adopt?: boolean;
  readonly json?: true;
}

/** `agent-roles configure`: profiles that call `agent-roles credential-process`, for machines on which no `run` runs. */
export function configureCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withAccess(withEnvFile(new Command("configure")))
    .description(
      "write AWS profiles that call credential-process, for machines without agent-roles run; makes no call to AWS",
    )
    .option("--adopt", "replace profiles of the same name that another tool wrote; a copy of each file is kept")
    .option("--json", "print the profiles as JSON")
    .action(async (options: ConfigureOptions) => exitWith(await configure(context, options)));
}

async function configure(context: CliContext, { envFile, access, adopt, json }: ConfigureOptions): Promise<ExitCode> {
  const { env, roleEnv } = await readRoleEnv(context, envFile, access);
  if (envFile === undefined) {
    context.err(
      "warning: the profiles work only where the same AWS_ROLE_N are set; use --env-file to write the file's path into the profiles",
    );
  }
  const { configureProfiles } = await import("@agent-roles/runtime");
  const envFileArgs = envFile === undefined ? [] : ["--env-file", resolve(envFile)];
  const accessArgs = access === undefined ? [] : ["--access", access];
  const command = [...OWN_COMMAND, "credential-process", ...envFileArgs, ...accessArgs];
  const refused = await configureProfiles(roleEnv.roles, {
    env,
    command,
    ...(adopt && { adopt }),
    onAdopted: (message) => context.err(`warning: ${message}`),
  });
  const failureOf = (profile: string) => refused.find(({ target }) => target.profile === profile)?.error;
  const profiles = roleEnv.roles.map(({ profile, role }) => ({ profile, role, failure: failureOf(profile) }));
  if (json) {
    const shown = profiles.map(({ profile, role: { accountId, arn: roleArn }, failure }) => ({
      profile,
      accountId,
      roleArn,
      ok: !failure,
      ...(failure && { failure: { code: failure.code, message: failure.message, fix: failure.fix } }),
    }));
    context.out(JSON.stringify(shown, null, 2));
  } else {
    for (const { profile, role, failure } of profiles) if (!failure) context.out(`configured  ${profile}  ${role.arn}`);
    for (const { error } of refused) context.err(`${error.message}\n  fix: ${error.fix}`);
  }
  return refused.length > 0 ? 1 : 0;
}
