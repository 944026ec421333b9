import { AgentRolesError } from "../agent-roles-error.ts";
import { type Clock, sleepUntil } from "../clock.ts";
import type { ClientConfig, OpenRoles, Roles } from "../open-roles.ts";
import type { Env } from "../role-env/index.ts";
import type { Connection, RoleMember, RoleSetOptions } from "../role-set.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import type { AssumeRole, SessionAttributes } from "../session/role-request.ts";
import type { Rotation, StartOptions } from "../start-rotation.ts";
import { type ScopeContext, type ScopedSession, type ScopeOptions, scopeSession } from "./scoped-session.ts";
import { taskEnv, type TaskOptions } from "./task-env.ts";

/** An open task. Its sessions are its own: neither other tasks nor other processes share them. */
export interface Task extends Pick<Roles, "profiles" | "target" | "warnings"> {
  readonly id: string;
  readonly onBehalfOf?: string;
  /** With `ttlSeconds`. Credentials that last longer in AWS show this as their expiration. */
  readonly endsAt?: Date;
  /**
   * An SDK credential provider. SDK clients call it for each request, so that they stop at the end of the task.
   *
   * @throws {AgentRolesError} `UnknownProfile`; the provider rejects with `TaskEnded`, or with the reason that STS gives.
   */
  credentials(profile: string): () => Promise<SessionCredentials>;
  /** What an SDK client's constructor takes. @throws {AgentRolesError} `UnknownProfile`, `TaskEnded`. */
  clientConfig(profile: string): ClientConfig;
  /**
   * Narrows the profile's session for a sub-agent, with GetScopedCredentials, or where STS does not have it, with AssumeRole. The result
   * can do what the session can do and the policy allows, never more, and ends with the session, `ttlSeconds` or the task.
   *
   * @throws {AgentRolesError} `InvalidRequest`; `CannotNarrow` where AssumeRole has no way to say it; `TaskEnded`; what STS answers.
   */
  scoped(profile: string, options: ScopeOptions): Promise<ScopedSession>;
  /** Keeps the profiles in these stores until the task ends, and then removes them. Resolves as `AgentRoles.start` does. */
  start(options: Pick<StartOptions, "stores">): Promise<Rotation>;
  /**
   * Ends the task: its providers reject from now on, and its profiles leave the stores, which the promise waits for. In AWS a session stays
   * valid until it expires. Does nothing when the task has ended.
   */
  end(): Promise<void>;
  /** The same as {@link Task.end}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TaskContext {
  readonly env: Env;
  /** @throws {AgentRolesError} `UnknownProfile`. */
  readonly member: (profile: string) => RoleMember;
  readonly profiles: () => readonly string[];
  /** Opens the roles of an environment. */
  readonly open: (env: Env, connect: RoleSetOptions["connect"]) => OpenRoles;
  readonly clock: Clock;
  readonly getScopedCredentials: ScopeContext["getScopedCredentials"];
}

/** @throws {AgentRolesError} `InvalidRoleEnv`, `InvalidRequest`, `UnknownProfile`. */
export function openTask(options: TaskOptions, context: TaskContext): Task {
  const { env, member, open, clock, getScopedCredentials } = context;
  const { id, onBehalfOf, ttlSeconds, profiles = context.profiles() } = options;
  if (profiles.length === 0) {
    throw new AgentRolesError("the task has no profile", { code: "UnknownProfile", fix: "Name at least one." });
  }
  const endsAt = ttlSeconds === undefined ? undefined : new Date(clock.now() + ttlSeconds * 1_000);
  const origins = new Map(profiles.map((profile) => [profile, member(profile)]));
  const definitions = new Map([...origins].map(([profile, origin]) => [profile, origin.sessionKeyIgnoringCaller]));
  const stop = new AbortController();
  const rotations: Promise<void>[] = [];
  const targets = [...origins.values()].map(({ target }) => target);
  let attributes: SessionAttributes = {};
  const roles = open(taskEnv(env, targets, options), connect);

  /** Every session of the task is a call of its own, over the connection of the role. */
  function connect(roleEnv: SessionAttributes): Connection {
    attributes = roleEnv;
    return {
      assumeRole,
      revokedAt: (target) => origins.get(target.profile)?.connection.revokedAt?.(target) ?? 0,
      // Never called: a task has no retry, and the roles keep their connections.
      reconnect: () => undefined,
    };
  }

  async function assumeRole(...[request, accept, signal]: Parameters<AssumeRole>): Promise<SessionCredentials> {
    checkOpen();
    const origin = member(request.subject);
    if (origin.sessionKeyIgnoringCaller !== definitions.get(request.subject)) throw changed(request.subject);
    const session = await origin.connection.assumeRole({ ...request, attributes }, accept, signal);
    return endsAt && session.expiration >= endsAt ? { ...session, expiration: endsAt, isLast: true } : session;
  }

  function checkOpen(): void {
    const isOver = endsAt !== undefined && clock.now() >= endsAt.getTime();
    if (!isOver && !stop.signal.aborted) return;
    const when = isOver ? ` at ${endsAt.toISOString()}` : "";
    throw new AgentRolesError(`the task "${id}" has ended${when}`, { code: "TaskEnded", fix: "Open a new task." });
  }

  function changed(profile: string): AgentRolesError {
    const message = `the definition of ${profile} has changed since the task "${id}" was opened`;
    return new AgentRolesError(message, { code: "TaskEnded", fix: "Open a new task." });
  }

  function credentials(profile: string): () => Promise<SessionCredentials> {
    checkOpen();
    if (!origins.has(profile)) {
      const fix = `Use one of its profiles: ${[...origins.keys()].join(", ")}.`;
      throw new AgentRolesError(`the task "${id}" has no profile "${profile}"`, { code: "UnknownProfile", fix });
    }
    const provider = roles.credentials(profile);
    const whileOpen = async (): Promise<SessionCredentials> => {
      checkOpen();
      const session = await provider();
      checkOpen();
      return session;
    };
    // SDK clients keep what other providers return until shortly before it expires.
    return Object.assign(whileOpen, { memoized: true });
  }

  function clientConfig(profile: string): ClientConfig {
    const provider = credentials(profile);
    return { ...roles.clientConfig(profile), credentials: provider };
  }

  async function scoped(profile: string, scope: ScopeOptions): Promise<ScopedSession> {
    const session = await credentials(profile)();
    return scopeSession(roles.target(profile), session, scope, { clock, checkOpen, getScopedCredentials, assumeRole });
  }

  function start({ stores = [] }: Pick<StartOptions, "stores">): Promise<Rotation> {
    checkOpen();
    const rotation = roles.start({ stores, signal: stop.signal });
    rotations.push(rotation.then(({ done }) => done));
    if (endsAt) void sleepUntil(endsAt.getTime(), clock, stop.signal).then(end);
    return rotation;
  }

  async function end(): Promise<void> {
    if (!stop.signal.aborted) {
      // Without its roles: they leave the stores.
      roles.update({});
      stop.abort();
    }
    await Promise.all(rotations);
  }

  return {
    id,
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(endsAt && { endsAt }),
    warnings: roles.warnings,
    profiles: () => roles.profiles(),
    target: (profile) => roles.target(profile),
    credentials,
    clientConfig,
    scoped,
    start,
    end,
    [Symbol.asyncDispose]: end,
  };
}
