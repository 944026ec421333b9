import type { AgentRolesEvent, ProfileStatus } from "@agent-roles/runtime";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { eventJson } from "../event-json.ts";
import { eventLine } from "../event-line.ts";
import { profileJson } from "../profile-json.ts";
import { readRoleEnv, withEnvFile } from "../read-env.ts";

interface RunOptions {
  readonly once?: true;
  readonly adopt?: true;
  readonly json?: true;
  readonly envFile?: string;
}

/** `agent-roles run`: assumes every role, writes the profiles and keeps them fresh until it is stopped. */
export function runCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("run"))
    .description("assume every role, keep the profiles in the shared credentials file, rotate until stopped")
    .option("--once", "assume and write once, then exit; 1 when some role failed")
    .option("--adopt", "take over profiles of the same name that something else wrote")
    .option("--json", "print events, or with --once the profiles, as JSON")
    .action(async (options: RunOptions) => exitWith(await run(context, options)));
}

async function run(context: CliContext, options: RunOptions): Promise<ExitCode> {
  const { env, source } = await readRoleEnv(context, options.envFile);
  const { createAgentRoles, followRoles, sharedCredentialsStore } = await import("@agent-roles/runtime");
  const failed = new Set<string>();
  const print = (event: AgentRolesEvent): void => {
    const at = new Date(context.clock.now());
    const text = options.json
      ? JSON.stringify(eventJson(event, at))
      : eventLine(event, { at, color: context.color, retries: !options.once });
    // With --once the profiles are the JSON.
    if (text !== undefined && !(options.json && options.once)) context.out(text);
    if (event.type === "storeFailed") for (const { profile } of event.targets) failed.add(profile);
  };
  const roles = createAgentRoles({ env, clock: context.clock, cache: true, onEvent: print });
  const stores = [sharedCredentialsStore({ env, adopt: options.adopt ?? false })];

  if (!options.once) {
    const { signal, clock } = context;
    const { done } = await roles.start({ stores, signal });
    const followed = followRoles(roles, source, { signal, clock, onEvent: print });
    context.onReload(() => void followed.reload());
    await Promise.all([done, followed.done]);
    return 0;
  }
  const profiles = await roles.assumeAll({ stores });
  const ok = (profile: ProfileStatus): boolean => profile.status !== "failed" && !failed.has(profile.profile);
  if (options.json) {
    context.out(
      JSON.stringify(
        profiles.map((profile) => ({ ...profileJson(profile), ok: ok(profile) })),
        null,
        2,
      ),
    );
  }
  const broken = profiles.filter((profile) => !ok(profile));
  if (broken.length === 0) return 0;
  context.err(
    `${broken.length} of ${profiles.length} profiles failed: ${broken.map(({ profile }) => profile).join(", ")}`,
  );
  return 1;
}
