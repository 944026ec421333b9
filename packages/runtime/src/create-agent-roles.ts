import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import pLimit from "p-limit";
import { type AgentRolesError, type ErrorCode, toAgentRolesError } from "./agent-roles-error.ts";
import { awsClock } from "./aws-clock.ts";
import { sessionCache } from "./cache/session-cache.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type OnEvent, guardListener } from "./events.ts";
import { openRoles, type Roles } from "./open-roles.ts";
import { type Env, noRoles, type RoleEnv, type TargetRole } from "./role-env/index.ts";
import type { Connection } from "./role-set.ts";
import { isValid } from "./session/credentials.ts";
import { isKeptElsewhere } from "./stores/profile-keepers.ts";
import { callGetScopedCredentials } from "./sts/get-scoped-credentials.ts";
import { httpHandler } from "./sts/http-handler.ts";
import { stsRegion } from "./sts/sts-region.ts";
import type { GetScopedCredentials } from "./task/scoped-session.ts";
import { openTask, type Task } from "./task/task.ts";
import type { TaskOptions } from "./task/task-env.ts";
import { connectMaster } from "./master/connect-master.ts";
import { oneMasterFailure } from "./master/one-master-failure.ts";
import type { AssumeRole } from "./session/role-request.ts";
import { noAnswer, withTimeout } from "./with-timeout.ts";

/** STS allows about 600 requests a second per account and Region; other users of the account need some of them. */
const DEFAULT_CONCURRENCY = 20;

/** Beyond every limit of the SDK: what never answers, such as a credential process, must not block a role forever. */
const ASSUME_LIMIT_MS = 60_000;

export interface AgentRolesOptions {
  /** Holds the `AWS_ROLE_N` contract. Default: `process.env`. */
  readonly env?: Env;
  /** What the agent starts with. Default: the SDK's default chain. */
  readonly masterCredentials?: AwsCredentialIdentityProvider;
  /** Replaces STS. */
  readonly assumeRole?: AssumeRole;
  /** Replaces STS, for `Task.scoped`; gives `undefined` where STS does not have GetScopedCredentials. */
  readonly getScopedCredentials?: GetScopedCredentials;
  /**
   * Share sessions with other processes of this user, on disk: `AGENT_ROLES_CACHE_DIR`, else `~/.aws/agent-roles/cache`. With
   * `masterCredentials`, with those that have the same access key. Default: false.
   */
  readonly cache?: boolean;
  /** Receives each AssumeRole call that this process made, when it has ended. */
  readonly onCall?: (call: CallSummary) => void;
  /** STS calls at the same time. Default: 20. */
  readonly concurrency?: number;
  readonly clock?: Clock;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  readonly onEvent?: OnEvent;
}

/** One AssumeRole call. */
export interface CallSummary {
  readonly durationMs: number;
  /** Why it failed; left out when it succeeded. */
  readonly code?: ErrorCode;
}

export interface AgentRoles extends Roles {
  /**
   * Opens a task: sessions that are narrowed to its access level, carry its ID and the person on whose behalf it runs, and end with it.
   * Calls AWS only when credentials are needed: one AssumeRole per profile.
   *
   * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake in the options; `UnknownProfile`.
   */
  task(options: TaskOptions): Task;
}

/**
 * Reads the `AWS_ROLE_N` variables and prepares a session of each role. Calls AWS only when credentials are needed.
 *
 * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake in the variables, or without any role.
 */
export function createAgentRoles(options: AgentRolesOptions = {}): AgentRoles {
  const { env = process.env, random = Math.random, concurrency = DEFAULT_CONCURRENCY } = options;
  const onEvent = guardListener(options.onEvent ?? (() => undefined));
  const clock = awsClock(options.clock ?? systemClock, (offsetMs) => {
    onEvent({ type: "clockSkew", offsetMs });
    for (const listener of roles.listeners) {
      // Everything is now due at another time, and readers compare the expiration with this machine's clock.
      listener.due(-Infinity);
      for (const { target, session } of roles.members.values()) {
        const { credentials } = session.state();
        if (isValid(credentials, clock.now())) listener.rotated({ target, credentials });
      }
    }
  });
  const onWarning = (error: AgentRolesError): void => onEvent({ type: "cacheFailed", error });
  const { masterCredentials } = options;
  const cache = options.cache ? sessionCache({ env, clock, random, onWarning }) : undefined;
  const limit = pLimit(concurrency);
  const shared = { hasMasterCredentials: masterCredentials !== undefined, clock, random, onEvent };
  let current = env;
  const roles = openRoles(env, { ...shared, connect });
  if (roles.members.size === 0) throw noRoles(env);

  /** The pipeline of one call: concurrency limit, shared cache, timeout, the master's hop, STS. */
  function connect(roleEnv: RoleEnv, from: Env): Connection {
    const master = connectMaster(roleEnv, {
      env: from,
      clock,
      random,
      onDate: clock.correct,
      onCapped: ({ subject: profile }, durationSeconds) =>
        onEvent({ type: "durationCapped", profile, durationSeconds }),
      ...(masterCredentials && { ambient: masterCredentials }),
      ...(cache && { cache }),
    });
    const call = options.assumeRole ?? master.assumeRole;
    const timed: AssumeRole = async (request, accept) => {
      const startedAt = performance.now();
      let code: ErrorCode | undefined;
      try {
        return await withTimeout((signal) => call(request, accept, signal), {
          limitMs: ASSUME_LIMIT_MS,
          clock,
          error: () => {
            const failure = master.waitingFailure(ASSUME_LIMIT_MS) ?? noAnswer(request.subject, ASSUME_LIMIT_MS);
            // What hangs is let go of: the next call starts with new clients and asks again for the master's credentials.
            master.reconnect();
            return failure;
          },
        });
      } catch (error) {
        code = toAgentRolesError(error).code;
        throw error;
      } finally {
        options.onCall?.({ durationMs: performance.now() - startedAt, ...(code && { code }) });
      }
    };
    const origin = { roleEnv, env: from, caller: master.caller };
    const cached = cache?.assumeRole(timed, origin) ?? timed;
    return {
      assumeRole: oneMasterFailure(cached, limit),
      reconnect: master.reconnect,
      ...(cache && {
        readCachedSession: async (target: TargetRole) => {
          const { session } = await cache.read(target, origin);
          return isValid(session, clock.now()) ? session : undefined;
        },
        revokedAt: (target: TargetRole) => cache.revokedAt(target),
        forget: async (target: TargetRole) => {
          if (await isKeptElsewhere(target, env, clock.now()).catch(() => false)) return;
          await cache.forget(target, origin);
        },
      }),
    };
  }

  /** Of the session that is narrowed, over one set of connections. */
  const requestHandler = httpHandler(env);
  const getScopedCredentials: GetScopedCredentials = (session, request) => {
    const region = roles.target(request.subject).region ?? stsRegion(env, request.role.partition);
    return callGetScopedCredentials({ region, requestHandler, credentials: async () => session }, request, clock);
  };

  function task(taskOptions: TaskOptions): Task {
    return openTask(taskOptions, {
      env: current,
      member: roles.member,
      profiles: () => [...roles.members.keys()],
      open: (from, connectTask) => openRoles(from, { ...shared, connect: connectTask }),
      clock,
      getScopedCredentials: options.getScopedCredentials ?? getScopedCredentials,
    });
  }

  return {
    ...roles,
    get warnings() {
      return roles.warnings;
    },
    update: (to) => {
      const changes = roles.update(to);
      current = to;
      return changes;
    },
    task,
  };
}
