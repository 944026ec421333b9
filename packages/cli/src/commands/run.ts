import { isIP } from "node:net";
import type { AgentRolesEvent, FollowedRoles, Owner, ProfileStatus } from "@agent-roles/runtime";
import type { AccessLevel } from "@agent-roles/runtime/role-env";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { cacheDirectory, exposure, pruneCache } from "@agent-roles/runtime/cache";
import { AgentRolesError, type Env } from "@agent-roles/runtime/role-env";
import { timestamp } from "../duration.ts";
import type { Endpoint, EndpointOptions, SharedWithGroup } from "../endpoint/credentials-endpoint.ts";
import type { Address } from "../endpoint/limited-server.ts";
import { eventJson } from "../event-json.ts";
import { eventLine } from "../event-line.ts";
import { sweepExecDirectories } from "../exec/exec.ts";
import { parsed, wholeNumber } from "../options.ts";
import { profileJson } from "../profile-json.ts";
import { readRoleEnv, withAccess, withEnvFile } from "../read-env.ts";
import { UsageError } from "../usage-error.ts";
import { MODES, runStores, type StoreOptions } from "../run-stores.ts";

interface RunOptions extends StoreOptions {
  readonly envFile?: string;
  readonly access?: AccessLevel;
  readonly prune?: true;
  readonly endpoint?: number;
  readonly metrics?: Address;
  readonly json?: true;
}

/** `agent-roles run`: assumes every role, writes the profiles and rotates the credentials until it is stopped. */
export function runCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withAccess(withEnvFile(new Command("run")))
    .description("assume every role, write the profiles to the AWS shared files, rotate the credentials until stopped")
    .option(
      "--mode <mode>",
      "process writes profiles that every SDK refreshes; credentials-file writes temporary keys that most clients read once",
      MODES[0],
    )
    .addOption(
      parsed(
        "--secret <name>",
        'also store credentials in this Secrets Manager secret; with a trailing "/", one secret per profile',
        (text) => (/^[\w/+=.@:-]{1,512}$/.test(text) ? text : undefined),
        "Use 1 to 512 letters, digits and / _ + = . @ -, or the secret's ARN.",
      ),
    )
    .addOption(
      parsed(
        "--endpoint [port]",
        "also serve credentials on 127.0.0.1 as ECS does, with /healthz, /readyz, /metrics and a status page at /; 0 for any free port",
        (text) => wholeNumber(text, LAST_PORT),
        "Use a number from 0 to 65535; 0 for any free port.",
      )
        .preset(ENDPOINT_PORT)
        .conflicts("once"),
    )
    .addOption(
      parsed(
        "--metrics <[address:]port>",
        "with --endpoint: also serve /healthz, /readyz and /metrics to other machines, without credentials; all interfaces by default",
        parseAddress,
        "Use an IP address and a port from 0 to 65535, such as 0.0.0.0:9912, or a port.",
      ),
    )
    .option("--once", "assume and write once, then exit; exit code 1 if a role failed")
    .option(
      "--prune",
      "first remove profiles that agent-roles wrote and no AWS_ROLE_N declares; if none is set, remove all profiles and all cached sessions",
    )
    .option("--adopt", "replace profiles of the same name that another tool wrote; a copy of each file is kept")
    .addOption(
      parsed(
        "--owner <uid[:gid]>",
        "as root: owner of the files, by number",
        parseOwner,
        'Use numbers: --owner "$(id -u NAME):$(id -g NAME)".',
      ),
    )
    .addOption(
      parsed(
        "--group <gid>",
        "also let the members of this group read the profiles and tokens, for an agent that runs as another user",
        (text) => wholeNumber(text, 999_999_999),
        "Use the number of a group of this process: id -G.",
      ).conflicts("owner"),
    )
    .option("--json", "print events as JSON lines; with --once, print the profiles as JSON")
    .action(async (options: RunOptions) => exitWith(await run(context, options)));
}

async function run(context: CliContext, options: RunOptions): Promise<ExitCode> {
  let followed: FollowedRoles | undefined;
  // First of all: SIGHUP must not end the process while it reads the roles.
  if (!options.once) context.onReload(() => void followed?.reload());
  const { env, roleEnv, source } = await readRoleEnv(context, options.envFile, options.access, {
    // A file without a role is a mistake: what writes it can have emptied it first.
    canBeEmpty: options.prune === true && options.envFile === undefined,
  });
  await sweepExecDirectories(env);
  const shared = options.group === undefined ? undefined : await shareWith(options.group, env);
  const stores = await runStores(env, roleEnv, {
    ...options,
    onAdopted: (message) => context.err(`warning: ${message}`),
  });
  const { exposedFiles, managedProfiles, staleProfiles, unparsableFiles } = await import("@agent-roles/runtime/stores");
  if (options.prune) {
    const declared = new Set(roleEnv.roles.map(({ profile }) => profile));
    const undeclared = (await managedProfiles(env)).filter((profile) => !declared.has(profile));
    await stores[0]?.remove(undeclared);
    const left = new Set(await managedProfiles(env));
    for (const profile of undeclared) {
      context.err(left.has(profile) ? `kept ${profile}: a running process keeps it` : `removed ${profile}`);
    }
    if (declared.size === 0) {
      await pruneCache(cacheDirectory(env), Infinity);
      return 0;
    }
  }
  const stale = await staleProfiles(roleEnv.roles, env, context.clock.now()).catch(() => []);
  if (stale.length > 0) await stores[0]?.remove(stale);
  if (options.mode === "credentials-file") {
    context.err(
      "warning: most clients read the keys of a credentials file once: a client that runs longer than a session fails when it expires; use --mode process for such clients",
    );
  }
  const { createAgentRoles, followRoles } = await import("@agent-roles/runtime");
  for (const { file, line, message, fix } of [...(await exposedFiles(env)), ...(await unparsableFiles(env))])
    context.err(`warning: ${file}${line ? `:${line}` : ""}: ${message}
  fix: ${fix}`);
  const failed = new Set<string>();
  const print = (event: AgentRolesEvent): void => {
    const at = new Date(context.clock.now());
    const line = (): string | undefined => eventLine(event, { at, color: context.color, retries: !options.once });
    if (options.json && options.once) {
      // Standard output is the JSON of the profiles, which has no store failures.
      const isWarning = event.type === "storeFailed" || event.type === "cacheFailed";
      if (isWarning) context.err(line() ?? "");
    } else {
      const text = options.json ? JSON.stringify(eventJson(event, at)) : line();
      if (text !== undefined) context.out(text);
    }
    if (event.type === "storeFailed") for (const { profile } of event.targets) failed.add(profile);
  };
  const { clock } = context;
  const endpoint = await createEndpoint(context, env, { ...options, ...(shared && { shared }) });
  const onEvent = (event: AgentRolesEvent): void => {
    print(event);
    endpoint?.onEvent(event);
  };
  // A volume of a pod: its other containers can write to it, and no other process shares sessions with this one.
  const cache = !shared || (await exposure(cacheDirectory(env))) === undefined;
  const roles = createAgentRoles({ env, clock, cache, onEvent, ...(endpoint && { onCall: endpoint.onCall }) });

  if (!options.once) {
    await endpoint?.listen(roles);
    const { signal } = context;
    try {
      const started = roles.start({ stores, signal });
      followed = followRoles(roles, source, { signal, clock, onEvent: print });
      const { done } = await started;
      await Promise.all([done, followed.done]);
    } finally {
      await endpoint?.close();
    }
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

/** @throws {UsageError} when the group is not of this process, or a directory is not for it. */
async function shareWith(group: number, env: Env): Promise<SharedWithGroup> {
  const { shareProfiles } = await import("@agent-roles/runtime/stores");
  try {
    return { group, directory: await shareProfiles(env, group) };
  } catch (error) {
    if (!(error instanceof AgentRolesError)) throw error;
    throw new UsageError(`--group ${group}: ${error.message}\n  fix: ${error.fix}`);
  }
}

/** The server of `--endpoint`, which prints what its readers need. */
async function createEndpoint(
  { clock, out, err }: CliContext,
  env: Env,
  { endpoint: port, metrics, owner, shared, json }: RunOptions & Pick<EndpointOptions, "shared">,
): Promise<Endpoint | undefined> {
  if (port === undefined && metrics) throw new UsageError("--metrics needs --endpoint");
  if (port === undefined) return undefined;
  const { credentialsEndpoint } = await import("../endpoint/credentials-endpoint.ts");
  return credentialsEndpoint({
    port,
    env,
    clock,
    ...(owner && { owner }),
    ...(shared && { shared }),
    ...(metrics && { metrics }),
    onProfiles: (url, profiles) => {
      const at = new Date(clock.now());
      if (json) return out(JSON.stringify({ time: at.toISOString(), level: "info", event: "endpoint", url, profiles }));
      for (const { profile, uri, tokenFile } of profiles) {
        out(
          `${timestamp(at)}  endpoint  ${profile}\n  AWS_CONTAINER_CREDENTIALS_FULL_URI=${uri}\n  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=${tokenFile}`,
        );
      }
    },
    onFailure: (error) => err(`warning: ${error instanceof Error ? error.message : String(error)}`),
  });
}

/** Not one of AWS's own, and the same after each restart, so that readers keep their settings. */
const ENDPOINT_PORT = 9911;

const LAST_PORT = 65_535;

function parseAddress(text: string): Address | undefined {
  const [, host, digits = ""] = /^(?:\[?([\da-f.:]+?)\]?:)?(\d{1,5})$/i.exec(text) ?? [];
  const port = wholeNumber(digits, LAST_PORT);
  if (port === undefined || (host !== undefined && isIP(host) === 0)) return undefined;
  return { port, ...(host !== undefined && { host }) };
}

function parseOwner(text: string): Owner | undefined {
  const [, uid, gid = uid] = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(text) ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}
