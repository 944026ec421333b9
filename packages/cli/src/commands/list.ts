import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { profileJson } from "../profile-json.ts";
import { profileTable } from "../profile-table.ts";
import { readRoleEnv, withEnvFile } from "../read-env.ts";

/** `agent-roles list`: what is declared and what the credentials file holds of it; asks nothing of AWS. */
export function listCommand(context: CliContext): Command {
  return withEnvFile(new Command("list"))
    .description("show every profile with its account, role, Region, status and expiration")
    .option("--json", "print JSON")
    .action(async (options: { json?: true; envFile?: string }) => {
      const { env } = await readRoleEnv(context, options.envFile);
      const { parseRoleEnv, profileStatus, readSharedProfiles } = await import("@agent-roles/runtime");
      const stored = new Map((await readSharedProfiles(env)).managed.map((each) => [each.profile, each]));
      const now = context.clock.now();
      const profiles = parseRoleEnv(env).roles.map((target) => {
        const kept = stored.get(target.profile);
        // Credentials of another role are not this profile's, whatever the section is called.
        return profileStatus(target, kept?.roleArn === target.role.arn ? { credentials: kept.credentials } : {}, now);
      });
      context.out(
        options.json ? JSON.stringify(profiles.map(profileJson), null, 2) : profileTable(profiles, now, context.color),
      );
    });
}
