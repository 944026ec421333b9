import type { AgentRolesEvent, FollowedRoles, ProfileStatus } from "@agent-roles/runtime";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { eventJson } from "../event-json.ts";
import { eventLine } from "../event-line.ts";
import { profileJson } from "../profile-json.ts";
import { readRoleEnv, withEnvFile } from "../read-env.ts";
import { MODES, runStores, type StoreOptions } from "../run-stores.ts";

interface RunOptions extends StoreOptions {
  readonly once?: true;
  readonly json?: true;
}

/** `agent-roles run`: assumes every role, writes the profiles and keeps them fresh until it is stopped. */
export function runCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("run"))
    .description("assume every role, keep the profiles in AWS's shared files, rotate until stopped")
    .option("--mode <mode>", `${MODES.join(", ")}: keys, or profiles that let AWS clients ask us`, MODES[0])
    .option("--secret <name>", "keep them in Secrets Manager, too; a secret for each profile when it ends in /")
    .option("--once", "assume and write once, then exit; 1 when some role failed")
    .option("--adopt", "take over profiles of the same name that something else wrote")
    .option("--json", "print events, or with --once the profiles, as JSON")
    .action(async (options: RunOptions) => exitWith(await run(context, options)));
}

async function run(context: CliContext, options: RunOptions): Promise<ExitCode> {
  let followed: FollowedRoles | undefined;
  // From the first moment on, or SIGHUP would end it while the roles are read.
  if (!options.once) context.onReload(() => void followed?.reload());
  const { env, source } = await readRoleEnv(context, options.envFile);
  const stores = await runStores(env, options);
  if (options.mode === "credential-process" && options.envFile === undefined) {
    context.err("warning: AWS clients must run with the same AWS_ROLE_N as this command; --env-file spares them that");
  }
  const { createAgentRoles, followRoles } = await import("@agent-roles/runtime");
  const failed = new Set<string>();
  const print = (event: AgentRolesEvent): void => {
    const at = new Date(context.clock.now());
    const line = (): string | undefined => eventLine(event, { at, color: context.color, retries: !options.once });
    if (options.json && options.once) {
      // The profiles are the JSON, and do not say what is wrong with a store.
      const isTold = event.type === "storeFailed" || event.type === "cacheFailed";
      if (isTold) context.err(line() ?? "");
    } else {
      const text = options.json ? JSON.stringify(eventJson(event, at)) : line();
      if (text !== undefined) context.out(text);
    }
    if (event.type === "storeFailed") for (const { profile } of event.targets) failed.add(profile);
  };
  const roles = createAgentRoles({ env, clock: context.clock, cache: true, onEvent: print });

  if (!options.once) {
    const { signal, clock } = context;
    const started = roles.start({ stores, signal });
    followed = followRoles(roles, source, { signal, clock, onEvent: print });
    const { done } = await started;
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
