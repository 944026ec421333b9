import type { AgentRolesError, ProfileStatus, TargetRole } from "@agent-roles/runtime";
import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { profileJson } from "../profile-json.ts";
import { profileTable } from "../profile-table.ts";
import { readRoleEnv, withEnvFile } from "../read-env.ts";

/** `agent-roles list`: the declared profiles and the state of their credentials in the shared files and the cache. Makes no AWS call. */
export function listCommand(context: CliContext): Command {
  return withEnvFile(new Command("list"))
    .description("list every profile with its account, role, Region, status and expiration")
    .option("--json", "print JSON")
    .action(async (options: { json?: true; envFile?: string }) => {
      const { env } = await readRoleEnv(context, options.envFile);
      const { parseRoleEnv, profileStatus, readSharedProfiles } = await import("@agent-roles/runtime");
      const { failureError, sessionCache } = await import("@agent-roles/runtime/cache");
      const stored = new Map((await readSharedProfiles(env)).managed.map((each) => [each.profile, each]));
      const now = context.clock.now();
      const warn = ({ message, fix }: AgentRolesError): void => context.err(`warning: ${message}; ${fix}`);
      const cache = sessionCache({ env, clock: context.clock, onWarning: warn });
      const roleEnv = parseRoleEnv(env);
      const status = async (target: TargetRole): Promise<ProfileStatus> => {
        const { session, failure } = await cache.read(target, { roleEnv, env });
        const kept = stored.get(target.profile);
        // A section with another role's credentials does not count. Keys in the file have precedence, as in AWS clients.
        const credentials = kept?.roleArn === target.role.arn ? kept.credentials : session;
        const isNews = failure && !(credentials && credentials.issuedAt > failure.failedAt);
        const known = { ...(credentials && { credentials }), ...(isNews && { failure: failureError(failure) }) };
        return profileStatus(target, known, now);
      };
      const profiles = await Promise.all(roleEnv.roles.map(status));
      context.out(
        options.json ? JSON.stringify(profiles.map(profileJson), null, 2) : profileTable(profiles, now, context.color),
      );
    });
}
