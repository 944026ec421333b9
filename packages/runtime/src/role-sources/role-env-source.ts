import { systemClock } from "../clock.ts";
import { readProfile } from "../aws-files/profile-setting.ts";
import { givesCredentials } from "../cache/local-caller.ts";
import { type AccessLevel, type Env, isRole, limitAccess, mergeRoleEnv } from "../role-env/index.ts";
import { noAnswer, withTimeout } from "../with-timeout.ts";
import { readEnvFile } from "./read-env-file.ts";
import type { SecretEnvOptions } from "./read-secret-env.ts";

export interface RoleEnvSourceOptions extends Omit<SecretEnvOptions, "env" | "secretId"> {
  /** Default: `process.env`. */
  readonly env?: Env;
  /** A dotenv file whose variables win over the environment's. */
  readonly envFile?: string;
  /** Receives the variables of the file whenever it was read, before anything else is done with them. */
  readonly onEnvFile?: (variables: Env) => void;
  /**
   * Removes `AWS_PROFILE` from what the AWS SDK sees: it names one of the profiles and not the master. Default: such a profile is an
   * error, because the SDK would use it.
   */
  readonly onProfileIgnored?: () => void;
  /** No role gets more. Default: what the variables say. */
  readonly access?: AccessLevel;
  /** Within this time, milliseconds, the secret is there or `Unavailable` is thrown. Default: no limit. */
  readonly limitMs?: number;
}

/** Where role definitions come from: the environment, over it an env file, over both a secret. */
export interface RoleEnvSource {
  /** For messages: the file, the secret. */
  readonly name: () => string;
  /** How long to wait before the next look, milliseconds; `undefined` when nothing can ever change. */
  readonly pollMs: () => number | undefined;
  /**
   * Reads all of it anew.
   *
   * @throws {AgentRolesError} `RolesUnreadable`.
   */
  readonly read: () => Promise<Env>;
}

/** A file costs nothing to read; each look at a secret is a paid call. */
const FILE_POLL_MS = 5_000;
const SECRET_POLL_MS = 60_000;

/**
 * The environment, `envFile` if there is one, and the secret that `AGENT_ROLES_SECRET_ID` names in either of them.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets.html
 */
export function roleEnvSource(options: RoleEnvSourceOptions = {}): RoleEnvSource {
  const {
    env = process.env,
    envFile,
    onEnvFile,
    onProfileIgnored,
    access,
    limitMs = Infinity,
    ...secretOptions
  } = options;
  let secretId = env["AGENT_ROLES_SECRET_ID"];

  async function read(): Promise<Env> {
    const all = await readAll();
    return access === undefined ? all : limitAccess(all, access);
  }

  async function readAll(): Promise<Env> {
    const file = envFile === undefined ? {} : await readEnvFile(envFile);
    if (envFile !== undefined) onEnvFile?.(file);
    const local = forMaster(mergeRoleEnv(env, file));
    secretId = local["AGENT_ROLES_SECRET_ID"];
    if (!secretId) return local;
    // Without a secret no SDK is loaded.
    const { checkSecretEnv, readSecretEnv } = await import("./read-secret-env.ts");
    const id = secretId;
    const readSecret = (): Promise<Env> => readSecretEnv({ ...secretOptions, secretId: id, env: local });
    const { clock = systemClock } = secretOptions;
    const secret = await withTimeout(readSecret, { limitMs, clock, error: () => noAnswer(id, limitMs) });
    const merged = forMaster(mergeRoleEnv(local, secret));
    checkSecretEnv(secret, merged, id);
    return merged;
  }

  function forMaster(variables: Env): Env {
    const kept = onProfileIgnored ? masterEnv(variables) : variables;
    if (kept !== variables) onProfileIgnored?.();
    return kept;
  }

  return {
    name: () => [envFile, secretId].filter(Boolean).join(", ") || "the environment",
    pollMs: () => (secretId ? SECRET_POLL_MS : envFile && FILE_POLL_MS) || undefined,
    read,
  };
}

/**
 * The environment without an `AWS_PROFILE` that cannot be the master: one of the profiles of `AWS_ROLE_N`, for which the shared files
 * have no credentials but ours. The programs that use the profiles are often started with the same variables.
 */
export function masterEnv(env: Env): Env {
  const profile = env["AWS_PROFILE"];
  if (!profile) return env;
  const isDeclared = Object.entries(env).some(([name, value]) => isRole(name) && value?.endsWith(`:${profile}`));
  const isOurs = isDeclared || readProfile(profile, env).some(({ managed }) => managed);
  if (!isOurs || givesCredentials(profile, env)) return env;
  const { AWS_PROFILE: _, ...rest } = env;
  return rest;
}
