import {
  type CacheEntry,
  failureError,
  readerAnswer,
  sessionCache,
  type SessionOrigin,
} from "@agent-roles/runtime/cache";
import { AgentRolesError, parseRoleEnv, type TargetRole } from "@agent-roles/runtime/role-env";
import { readEnvFile } from "@agent-roles/runtime/role-sources";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { credentialsJson, failureLine, type ProcessCredentials } from "../credential-process/process-output.ts";
import { readerEnv } from "../credential-process/reader-env.ts";
import { describeError } from "../describe-error.ts";
import { readEnv, withEnvFile } from "../read-env.ts";

/** botocore waits for a process for ever; a person waits ten seconds, and Node's start is a part of them. */
const LIMIT_MS = 9_000;

/** Names, for the processes that we start, the profiles that are being asked for: their `credential_process` may be us again. */
const ASKED_FOR = "AGENT_ROLES_CREDENTIAL_PROCESS";

interface Options {
  readonly profile: string;
  readonly envFile?: string;
}

/** `agent-roles credential-process`: what the shortest way (`fast-main.ts`) cannot answer from the cache alone. */
export function credentialProcessCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("credential-process"))
    .description("give AWS clients the credentials of a profile, as credential_process in ~/.aws/config has it")
    .requiredOption("--profile <profile>", "a profile of AWS_ROLE_N")
    .action(async (options: Options) => {
      try {
        context.out(credentialsJson(await session(context, options)));
      } catch (error) {
        if (!(error instanceof AgentRolesError)) throw error;
        context.err(failureLine(error));
        exitWith(describeError(error).code);
      }
    });
}

async function session(context: CliContext, { profile, envFile }: Options): Promise<ProcessCredentials> {
  const inherited = readerEnv(context.env, envFile === undefined ? {} : await readEnvFile(envFile), profile);
  if (inherited !== context.env) context.exportEnv({ AWS_PROFILE: undefined });
  const env = await readEnv({ ...context, env: inherited }, envFile);
  const roleEnv = parseRoleEnv(env);
  const target = declared(roleEnv.roles, profile);
  notOfItself(context, profile);

  const { clock } = context;
  const cache = sessionCache({
    env,
    clock,
    limitMs: LIMIT_MS,
    onWarning: ({ message, fix }) => context.err(`agent-roles: warning: ${message}; ${fix}`),
  });
  const origin: SessionOrigin = { roleEnv, env };
  const known = async (): Promise<CacheEntry> => cache.read(target, origin);
  const answer = readerAnswer(await known(), clock.now());
  switch (answer.kind) {
    case "session":
      return answer.session;
    case "failure":
      throw failureError(answer.failure);
    case "ask":
  }
  const { createAgentRoles } = await import("@agent-roles/runtime");
  const roles = createAgentRoles({ env, clock, cache: true });
  try {
    return await roles.lastingCredentials(profile)();
  } catch (error) {
    if (answer.valid && clock.now() < answer.valid.expiration.getTime()) return answer.valid;
    throw error;
  }
}

function declared(roles: readonly TargetRole[], profile: string): TargetRole {
  const target = roles.find((each) => each.profile === profile);
  if (target) return target;
  const fix =
    roles.length > 0 ? `declared are: ${roles.map((each) => each.profile).join(", ")}` : "no AWS_ROLE_N is set";
  throw new AgentRolesError(`no AWS_ROLE_N declares the profile "${profile}"`, { code: "UnknownProfile", fix });
}

/** A master whose credentials come from a profile that comes from this master would start processes without end. */
function notOfItself({ env, exportEnv }: CliContext, profile: string): void {
  const asked = env[ASKED_FOR]?.split(",") ?? [];
  if (asked.includes(profile)) {
    throw new AgentRolesError(`${profile}: the master's credentials come from this very profile`, {
      code: "MasterCredentialsInvalid",
      fix: "give the master credentials of its own (AWS_PROFILE, the [default] profile, instance or task role)",
    });
  }
  exportEnv({ [ASKED_FOR]: [...asked, profile].join(",") });
}
