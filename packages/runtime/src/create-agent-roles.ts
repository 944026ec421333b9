import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import pLimit from "p-limit";
import { AgentRolesError, type ErrorCode } from "./agent-roles-error.ts";
import { awsClock } from "./aws-clock.ts";
import { sessionCache } from "./cache/session-cache.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type OnEvent, guardListener } from "./events.ts";
import { type ProfileStatus, profileStatus } from "./profile-status.ts";
import type { Diagnostic, Env, RoleEnv, TargetRole } from "./role-env/index.ts";
import { type Connection, type RoleChanges, type RoleMember, roleSet } from "./role-set.ts";
import type { CredentialsOptions } from "./rotation/role-session.ts";
import { initialRefresh } from "./initial-refresh.ts";
import { type Rotation, type StartOptions, startRotation } from "./start-rotation.ts";
import { isValid, type SessionCredentials } from "./session/credentials.ts";
import type { StoredCredentials } from "./stores/credential-store.ts";
import { isKeptElsewhere } from "./stores/profile-keepers.ts";
import { storeEntries } from "./stores/store-entries.ts";
import { timeLimitedStore } from "./stores/time-limited-store.ts";
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

export interface AgentRoles {
  /** What works but is probably a mistake in the variables. */
  readonly warnings: readonly Diagnostic[];
  /** Every profile, in the order of `AWS_ROLE_N`. */
  profiles(): ProfileStatus[];
  /** The role of one profile, as `AWS_ROLE_N` declares it. @throws {AgentRolesError} `UnknownProfile`. */
  target(profile: string): TargetRole;
  /**
   * An SDK credential provider: one STS call in flight per role, refreshed before expiry, usable without `start()`.
   *
   * `minTtlMs` is for readers that refresh on their own (`credential_process`, the container endpoint): at least this many
   * milliseconds are left whenever the session's length allows it.
   *
   * @throws {AgentRolesError} `UnknownProfile`; the provider itself rejects with the reason that STS gives.
   */
  credentials(profile: string, options?: CredentialsOptions): () => Promise<SessionCredentials>;
  /** What an SDK client's constructor takes. @throws {AgentRolesError} `UnknownProfile`. */
  clientConfig(profile: string): { credentials: () => Promise<SessionCredentials>; region?: string };
  /** Assumes every role once and stores the credentials; failures are in the profiles. */
  assumeAll(options?: Pick<StartOptions, "stores">): Promise<ProfileStatus[]>;
  /** Rotates in the background. Resolves when every role was tried once, and the stores have the credentials. */
  start(options: StartOptions): Promise<Rotation>;
  /**
   * Takes new role definitions while running: added roles are assumed, removed ones leave the stores, and what stays the same
   * keeps its credentials.
   *
   * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake; then nothing has changed.
   */
  update(env: Env): RoleChanges;
  /** Retries every failed role at once, with new credentials of the master: after a new login, or a repaired policy. */
  retry(): void;
}

/**
 * Reads the `AWS_ROLE_N` variables and prepares a session of each role. Calls AWS only when credentials are needed.
 *
 * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake in the variables.
 */
export function createAgentRoles(options: AgentRolesOptions = {}): AgentRoles {
  const { env = process.env, random = Math.random, concurrency = DEFAULT_CONCURRENCY } = options;
  const onEvent = guardListener(options.onEvent ?? (() => undefined));
  const clock = awsClock(options.clock ?? systemClock, (offsetMs) => {
    onEvent({ type: "clockSkew", offsetMs });
    for (const listener of listeners) {
      // Everything is now due at another time, and readers compare the expiration with this machine's clock.
      listener.due(-Infinity);
      for (const { target, session } of members.values()) {
        const { credentials } = session.state();
        if (isValid(credentials, clock.now())) listener.rotated({ target, credentials });
      }
    }
  });
  const onWarning = (error: AgentRolesError): void => onEvent({ type: "cacheFailed", error });
  const { masterCredentials } = options;
  const cache = options.cache ? sessionCache({ env, clock, random, onWarning }) : undefined;
  const limit = pLimit(concurrency);
  const { members, listeners, warnings, update, retry } = roleSet(env, {
    connect,
    hasMasterCredentials: masterCredentials !== undefined,
    clock,
    random,
    onEvent,
  });
  if (members.size === 0) {
    process.emitWarning("No AWS_ROLE_N is set: there are no roles. Set AWS_ROLE_1.", { code: "AGENT_ROLES_NO_ROLES" });
  }

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
    const timed = async (work: Promise<SessionCredentials>): Promise<SessionCredentials> => {
      const startedAt = performance.now();
      const ended = (code?: ErrorCode): void =>
        options.onCall?.({ durationMs: performance.now() - startedAt, ...(code && { code }) });
      return work.then(
        (session) => {
          ended();
          return session;
        },
        (error: unknown) => {
          ended(error instanceof AgentRolesError ? error.code : "Unknown");
          throw error;
        },
      );
    };
    const limited: AssumeRole = (request, accept) =>
      timed(
        withTimeout((signal) => call(request, accept, signal), {
          limitMs: ASSUME_LIMIT_MS,
          clock,
          error: () => {
            const failure = master.waitingFailure(ASSUME_LIMIT_MS) ?? noAnswer(request.subject, ASSUME_LIMIT_MS);
            // What hangs is let go of: the next call starts with new clients and asks again for the master's credentials.
            master.reconnect();
            return failure;
          },
        }),
      );
    const origin = { roleEnv, env: from, caller: master.caller };
    const shared = cache?.assumeRole(limited, origin) ?? limited;
    return {
      assumeRole: oneMasterFailure(shared, limit),
      reconnect: master.reconnect,
      ...(cache && {
        readCachedSession: async (target: TargetRole) => {
          const { session } = await cache.read(target, origin);
          return isValid(session, clock.now()) ? session : undefined;
        },
        revokedAt: cache.revokedAt,
        forget: async (target: TargetRole) => {
          if (await isKeptElsewhere(target, env, clock.now()).catch(() => false)) return;
          await cache.forget(target, origin);
        },
      }),
    };
  }

  function member(profile: string): RoleMember {
    const found = members.get(profile);
    if (found) return found;
    throw unknownProfile(profile);
  }

  function unknownProfile(profile: string): AgentRolesError {
    const names = [...members.keys()].join(", ");
    const fix = members.size > 0 ? `Use one of the declared profiles: ${names}.` : "Set AWS_ROLE_1.";
    return new AgentRolesError(`no AWS_ROLE_N declares the profile "${profile}"`, { code: "UnknownProfile", fix });
  }

  /** Follows the profile when its role changes; an unknown name fails at once. */
  function provider(profile: string, providerOptions?: CredentialsOptions): () => Promise<SessionCredentials> {
    member(profile);
    // SDK clients ask on every request: the session's promise is returned, not wrapped in another.
    return () => {
      const found = members.get(profile);
      return found ? found.session.credentials(providerOptions) : Promise.reject(unknownProfile(profile));
    };
  }

  function profiles(): ProfileStatus[] {
    return [...members.values()].map(({ target, session }) => profileStatus(target, session.state(), clock.now()));
  }

  /** Whether a store can have this session: neither expired nor revoked. */
  function isUsable({ target, credentials }: StoredCredentials): boolean {
    return isValid(credentials, clock.now()) && credentials.issuedAt.getTime() >= (cache?.revokedAt(target) ?? 0);
  }

  async function assumeAll({ stores = [] }: Pick<StartOptions, "stores"> = {}): Promise<ProfileStatus[]> {
    const asked = [...members.values()];
    const states = await initialRefresh(
      asked.map(({ session }) => session),
      onEvent,
    );
    const entries = asked.flatMap(({ target }, index) => {
      const { credentials } = states[index] ?? {};
      return credentials && isUsable({ target, credentials }) ? [{ target, credentials }] : [];
    });
    const limited = stores.map((store) => timeLimitedStore(store, clock));
    if (entries.length > 0) await Promise.all(limited.map((store) => storeEntries(store, entries, onEvent)));
    return profiles();
  }

  return {
    get warnings() {
      return warnings();
    },
    profiles,
    target: (profile) => member(profile).target,
    credentials: provider,
    clientConfig: (profile) => {
      const { region } = member(profile).target;
      return { credentials: provider(profile), ...(region && { region }) };
    },
    assumeAll,
    start: (startOptions) =>
      startRotation({ members: () => [...members.values()], listeners, clock, onEvent, isUsable }, startOptions),
    update,
    retry,
  };
}
