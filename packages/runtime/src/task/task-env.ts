import { AgentRolesError } from "../agent-roles-error.ts";
import {
  type AccessLevel,
  type Env,
  isRole,
  isSessionName,
  isTaskLength,
  limitAccess,
  SESSION_NAME_SHAPE,
  type TargetRole,
} from "../role-env/index.ts";

/** One piece of work of an agent. */
export interface TaskOptions {
  /** Becomes the role session name: 2 to 64 of letters, digits, _ + = , . @ -. */
  readonly id: string;
  /** The person on whose behalf the task runs. Becomes the source identity; the same characters. */
  readonly onBehalfOf?: string;
  /** No session gets more; a role that is narrower stays narrower. Default: that of each role. */
  readonly access?: AccessLevel;
  /** The task ends after this time: 60 to 43,200 seconds. Default: with `end()`. */
  readonly ttlSeconds?: number;
  /** The profiles that the task can use. Default: all. */
  readonly profiles?: readonly string[];
}

/** STS gives no shorter session, and by default one of an hour. @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SHORTEST_SESSION_SECONDS = 900;
const DEFAULT_SESSION_SECONDS = 3_600;

/**
 * The environment of a task: the roles of its profiles, narrowed to its access level and time, and what its sessions carry.
 *
 * @throws {AgentRolesError} `InvalidRequest` for the first option that is not valid.
 */
export function taskEnv(env: Env, targets: readonly TargetRole[], options: TaskOptions): Env {
  const { id, onBehalfOf, access, ttlSeconds } = options;
  for (const [name, value] of Object.entries({ id, onBehalfOf })) {
    if ((value !== undefined || name === "id") && !isSessionName(value ?? ""))
      throw invalid(`${name} "${value}"`, SESSION_NAME_SHAPE);
  }
  if (ttlSeconds !== undefined && !isTaskLength(ttlSeconds)) {
    throw invalid(`ttlSeconds ${ttlSeconds}`, "use whole seconds from 60 to 43200");
  }
  const numbers = new Set(targets.map(({ number }) => String(number)));
  const isOther = (name: string): boolean => isRole(name) && !numbers.has(/\d+/.exec(name)?.[0] ?? "");
  const selected = Object.fromEntries(Object.entries(env).filter(([name]) => !isOther(name)));
  const durations = targets.map(({ number, durationSeconds = DEFAULT_SESSION_SECONDS }) => {
    const seconds = Math.min(durationSeconds, Math.max(SHORTEST_SESSION_SECONDS, ttlSeconds ?? durationSeconds));
    return [`AWS_ROLE_${number}_DURATION_SECONDS`, String(seconds)];
  });
  return {
    ...(access === undefined ? selected : limitAccess(selected, access)),
    ...(ttlSeconds !== undefined && Object.fromEntries(durations)),
    AGENT_ROLES_SESSION_NAME: undefined,
    AGENT_ROLES_SOURCE_IDENTITY: undefined,
    AGENT_ROLES_TASK: id,
    AGENT_ROLES_ON_BEHALF_OF: onBehalfOf,
  };
}

function invalid(what: string, fix: string): AgentRolesError {
  return new AgentRolesError(`${what} is not valid`, { code: "InvalidRequest", fix });
}
