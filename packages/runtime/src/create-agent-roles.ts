import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import pLimit from "p-limit";
import { AgentRolesError } from "./agent-roles-error.ts";
import { awsClock } from "./aws-clock.ts";
import { cacheOfMaster } from "./cache/cache-of-master.ts";
import { type SessionCache, sessionCache } from "./cache/session-cache.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type OnEvent, guardListener } from "./events.ts";
import { type ProfileStatus, profileStatus } from "./profile-status.ts";
import type { Problem, RoleEnv, TargetRole } from "./role-env/index.ts";
import { type RoleChanges, type RoleMember, roleSet } from "./role-set.ts";
import type { CredentialsOptions } from "./rotation/role-session.ts";
import { initialRefresh } from "./rotation/initial-refresh.ts";
import { type Rotation, type StartOptions, startRotation } from "./rotation/start-rotation.ts";
import { isValid, type SessionCredentials } from "./session-credentials.ts";
import { storeEntries } from "./stores/store-entries.ts";
import { timeLimitedStore } from "./stores/time-limited-store.ts";
import type { AssumeRole } from "./sts/assume-role.ts";
import { masterAssumeRole } from "./sts/master-assume-role.ts";

/** STS allows about 600 requests a second per account and Region; other users of the account want some of them. */
const DEFAULT_CONCURRENCY = 20;

type Env = Readonly<Record<string, string | undefined>>;

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
  /** STS calls at the same time. Default: 20. */
  readonly concurrency?: number;
  readonly clock?: Clock;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  readonly onEvent?: OnEvent;
}

export interface AgentRoles {
  /** What in the variables works and is probably not meant. */
  readonly warnings: readonly Problem[];
  /** Every profile, in the order of `AWS_ROLE_N`. */
  profiles(): ProfileStatus[];
  /** What `AWS_ROLE_N` says of one profile. @throws {AgentRolesError} `UnknownProfile`. */
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
  /** What an SDK client's constructor wants. @throws {AgentRolesError} `UnknownProfile`. */
  clientConfig(profile: string): { credentials: () => Promise<SessionCredentials>; region?: string };
  /** Assumes every role once and stores what came; what failed stands in the profiles. */
  assumeAll(options?: Pick<StartOptions, "stores">): Promise<ProfileStatus[]>;
  /** Rotates in the background. Resolves when every role has credentials or was tried once, and the stores have what came. */
  start(options: StartOptions): Promise<Rotation>;
  /**
   * Takes new role definitions while running: added roles are assumed, removed ones leave the stores, and what stays the same
   * keeps its credentials.
   *
   * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake; then nothing has changed.
   */
  update(env: Env): RoleChanges;
}

/**
 * Reads the `AWS_ROLE_N` variables and makes a session of each role. Nothing is asked of AWS yet.
 *
 * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake in the variables.
 */
export function createAgentRoles(options: AgentRolesOptions = {}): AgentRoles {
  const { env = process.env, random = Math.random, concurrency = DEFAULT_CONCURRENCY } = options;
  const onEvent = guardListener(options.onEvent ?? (() => undefined));
  const clock = awsClock(options.clock ?? systemClock, (offsetMs) => {
    onEvent({ type: "clockSkew", offsetMs });
    // Everything is due at another time now.
    for (const listener of listeners) listener.due(-Infinity);
  });
  const onWarning = (error: AgentRolesError): void => onEvent({ type: "cacheFailed", error });
  const { masterCredentials } = options;
  const cache = options.cache ? openCache() : undefined;
  const { members, listeners, warnings, update } = roleSet(env, {
    connect: (roleEnv, from) => {
      const assumeRole = options.assumeRole ?? stsFor(roleEnv, from);
      const origin = { roleEnv, env: from };
      if (!cache) return { assumeRole };
      return {
        assumeRole: cache.assumeRole(assumeRole, origin),
        readCachedSession: async (target) => {
          const { session } = await cache.read(target, origin);
          return isValid(session, clock.now()) ? session : undefined;
        },
      };
    },
    limit: pLimit(concurrency),
    clock,
    random,
    onEvent,
  });

  function openCache(): SessionCache {
    const shared = sessionCache({ env, clock, random, onWarning });
    return masterCredentials ? cacheOfMaster(shared, masterCredentials) : shared;
  }

  function stsFor(roleEnv: RoleEnv, from: Env): AssumeRole {
    return masterAssumeRole(roleEnv, {
      env: from,
      clock,
      random,
      onDate: clock.correct,
      onCapped: ({ subject: profile }, durationSeconds) =>
        onEvent({ type: "durationCapped", profile, durationSeconds }),
      ...(masterCredentials && { ambient: masterCredentials }),
      ...(cache && { cache }),
    });
  }

  function member(profile: string): RoleMember {
    const found = members.get(profile);
    if (found) return found;
    throw unknownProfile(profile);
  }

  function unknownProfile(profile: string): AgentRolesError {
    const fix = members.size > 0 ? `declared are: ${[...members.keys()].join(", ")}` : "no AWS_ROLE_N is set";
    return new AgentRolesError(`no AWS_ROLE_N declares the profile "${profile}"`, { code: "UnknownProfile", fix });
  }

  /** Follows the profile when its role is changed; a mistyped name fails at once. */
  function provider(profile: string, providerOptions?: CredentialsOptions): () => Promise<SessionCredentials> {
    member(profile);
    // SDK clients ask on every request: the session's promise is handed on, not wrapped in another.
    return () => {
      const found = members.get(profile);
      return found ? found.session.credentials(providerOptions) : Promise.reject(unknownProfile(profile));
    };
  }

  function profiles(): ProfileStatus[] {
    return [...members.values()].map(({ target, session }) => profileStatus(target, session.state(), clock.now()));
  }

  async function assumeAll({ stores = [] }: Pick<StartOptions, "stores"> = {}): Promise<ProfileStatus[]> {
    const asked = [...members.values()];
    const states = await initialRefresh(
      asked.map(({ session }) => session),
      onEvent,
    );
    const entries = asked.flatMap(({ target }, index) => {
      const { credentials } = states[index] ?? {};
      return isValid(credentials, clock.now()) ? [{ target, credentials }] : [];
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
      startRotation({ members: () => [...members.values()], listeners, clock, onEvent }, startOptions),
    update,
  };
}
