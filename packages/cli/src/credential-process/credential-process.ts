import type { SessionCredentials } from "@agent-roles/runtime";
import { protocolFields } from "@agent-roles/runtime/cache";
import {
  type AccessLevel,
  AgentRolesError,
  type Env,
  noRoles,
  parseRoleEnv,
  type TargetRole,
} from "@agent-roles/runtime/role-env";
import { readEnvFile } from "@agent-roles/runtime/role-sources";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { envSource } from "../env-source.ts";
import { exitCodeOf } from "../exit-code-of.ts";
import { readerSessions } from "../reader-sessions.ts";
import { failureLine } from "./failure-line.ts";
import { readerEnv } from "./reader-env.ts";

/** botocore has no timeout for a process. Ten seconds in total, including the start of Node. */
const LIMIT_MS = 9_000;

/** Lists the requested profiles for child processes, whose `credential_process` can be this program again. */
const ASKED_FOR = "AGENT_ROLES_CREDENTIAL_PROCESS";

/** The part of the context that this command uses. */
export type CredentialProcessContext = Pick<CliContext, "env" | "exportEnv" | "clock" | "out" | "err">;

export interface CredentialProcessOptions {
  readonly profile: string;
  readonly envFile?: string;
  readonly access?: AccessLevel;
}

/**
 * Prints a profile's credentials for AWS clients, or the failure on one line. Loads no command-line library, and the SDK only in the one
 * process that calls STS, because hundreds of processes can wait at once.
 */
export async function credentialProcess(
  context: CredentialProcessContext,
  options: CredentialProcessOptions,
): Promise<ExitCode> {
  try {
    const { credentials, clockOffsetMs } = await session(context, options);
    context.out(JSON.stringify(protocolFields(credentials, clockOffsetMs)));
    return 0;
  } catch (error) {
    if (!(error instanceof AgentRolesError)) throw error;
    context.err(failureLine(error));
    return exitCodeOf(error);
  }
}

async function session(
  context: CredentialProcessContext,
  { profile, envFile, access }: CredentialProcessOptions,
): Promise<{ readonly credentials: SessionCredentials; readonly clockOffsetMs: number }> {
  const inherited = readerEnv(context.env, envFile === undefined ? {} : await readEnvFile(envFile), profile);
  if (inherited !== context.env) context.exportEnv({ AWS_PROFILE: undefined });
  const { clock } = context;
  const startedAt = clock.now();
  const env = await envSource({ ...context, env: inherited }, envFile, {
    limitMs: LIMIT_MS,
    ...(access && { access }),
  }).read();
  const roleEnv = parseRoleEnv(env);
  const target = declared(roleEnv.roles, profile, env);
  notOfItself(context, profile);

  /** Only STS says how wrong this machine's clock is. */
  let clockOffsetMs = 0;
  const credentials = await readerSessions({
    env,
    roleEnv,
    clock,
    limitMs: LIMIT_MS - (clock.now() - startedAt),
    onWarning: ({ message, fix }) => context.err(`agent-roles: warning: ${message}; ${fix}`),
    onEvent: (event) => {
      if (event.type === "clockSkew") clockOffsetMs = event.offsetMs;
    },
  })(target);
  return { credentials, clockOffsetMs };
}

function declared(roles: readonly TargetRole[], profile: string, env: Env): TargetRole {
  const target = roles.find((each) => each.profile === profile);
  if (target) return target;
  if (profile && roles.length === 0) throw noRoles(env);
  const fix = `declared profiles: ${roles.map((each) => each.profile).join(", ")}`;
  const message = profile
    ? `no AWS_ROLE_N declares the profile "${profile}"`
    : "credential-process needs --profile: there is no default profile";
  throw new AgentRolesError(message, { code: "UnknownProfile", fix });
}

/** Stops a loop: a master whose credentials come from a profile of this same master. */
function notOfItself({ env, exportEnv }: CredentialProcessContext, profile: string): void {
  const asked = env[ASKED_FOR]?.split(",") ?? [];
  if (asked.includes(profile)) {
    throw new AgentRolesError(`${profile}: the master's credentials come from this profile itself`, {
      code: "MasterCredentialsInvalid",
      fix: "use other credentials for the master (AWS_PROFILE, the [default] profile, an instance or task role)",
    });
  }
  exportEnv({ [ASKED_FOR]: [...asked, profile].join(",") });
}
