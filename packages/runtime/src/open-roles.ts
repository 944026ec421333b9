import { AgentRolesError } from "./agent-roles-error.ts";
import { type ProfileStatus, profileStatus } from "./profile-status.ts";
import type { Diagnostic, Env, TargetRole } from "./role-env/index.ts";
import { type RoleChanges, type RoleMember, roleSet, type RoleSet, type RoleSetOptions } from "./role-set.ts";
import type { CredentialsOptions } from "./rotation/role-session.ts";
import { isValid, type SessionCredentials } from "./session/credentials.ts";
import { initialRefresh, type Rotation, type StartOptions, startRotation } from "./start-rotation.ts";
import type { StoredCredentials } from "./stores/credential-store.ts";
import { storeEntries } from "./stores/store-entries.ts";
import { timeLimitedStore } from "./stores/time-limited-store.ts";

/** What an SDK client's constructor takes. */
export interface ClientConfig {
  readonly credentials: () => Promise<SessionCredentials>;
  readonly region?: string;
}

/** The profiles of one environment. */
export interface Roles {
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
  clientConfig(profile: string): ClientConfig;
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

/** {@link Roles}, and what the parts of this package need of them. */
export interface OpenRoles extends Roles, Pick<RoleSet, "members" | "listeners"> {
  /** @throws {AgentRolesError} `UnknownProfile`. */
  readonly member: (profile: string) => RoleMember;
}

/** @throws {AgentRolesError} `InvalidRoleEnv` with every mistake. */
export function openRoles(env: Env, options: RoleSetOptions): OpenRoles {
  const { clock, onEvent } = options;
  const { members, listeners, warnings, update, retry } = roleSet(env, options);

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
  function canStore({ target, credentials }: StoredCredentials): boolean {
    const revokedAt = members.get(target.profile)?.connection.revokedAt?.(target) ?? 0;
    return isValid(credentials, clock.now()) && credentials.issuedAt.getTime() >= revokedAt;
  }

  async function assumeAll({ stores = [] }: Pick<StartOptions, "stores"> = {}): Promise<ProfileStatus[]> {
    const asked = [...members.values()];
    const states = await initialRefresh(
      asked.map(({ session }) => session),
      onEvent,
    );
    const entries = asked.flatMap(({ target }, index) => {
      const { credentials } = states[index] ?? {};
      return credentials && canStore({ target, credentials }) ? [{ target, credentials }] : [];
    });
    const limited = stores.map((store) => timeLimitedStore(store, clock));
    if (entries.length > 0) await Promise.all(limited.map((store) => storeEntries(store, entries, onEvent)));
    return profiles();
  }

  return {
    members,
    listeners,
    member,
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
      startRotation({ members: () => [...members.values()], listeners, clock, onEvent, canStore }, startOptions),
    update,
    retry,
  };
}
