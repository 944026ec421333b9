import type { AgentRolesError } from "@agent-roles/runtime";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { profileJson } from "../profile-json.ts";
import { profileTable } from "../profile-table.ts";
import { readRoleEnv, withEnvFile } from "../read-env.ts";

/** `agent-roles list`: the declared profiles and the state of their credentials in the shared files and the cache. Makes no AWS call. */
export function listCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("list"))
    .description("list every profile with its account, role, Region, status and expiration")
    .option("--check", "exit code 1 if a profile is failed or expired")
    .option("--json", "print JSON")
    .action(async (options: { check?: true; json?: true; envFile?: string }) => {
      const { env, roleEnv } = await readRoleEnv(context, options.envFile);
      const { storedProfiles } = await import("@agent-roles/runtime/stores");
      const { clock } = context;
      const onWarning = ({ message, fix }: AgentRolesError): void => context.err(`warning: ${message}; ${fix}`);
      const profiles = await storedProfiles(roleEnv, { env, clock, onWarning });
      context.out(
        options.json
          ? JSON.stringify(profiles.map(profileJson), null, 2)
          : profileTable(profiles, clock.now(), context.color),
      );
      if (options.check && profiles.some(({ status }) => status === "failed" || status === "expired")) exitWith(1);
    });
}
