import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import pLimit from "p-limit";
import { AgentRolesError } from "./agent-roles-error.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type OnEvent, refreshEvent } from "./events.ts";
import { type ProfileStatus, profileStatus } from "./profile-status.ts";
import { parseRoleEnv, type Problem, type TargetRole } from "./role-env/index.ts";
import { type RoleSession, roleSession } from "./rotation/role-session.ts";
import { type Rotation, type StartOptions, startRotation } from "./rotation/start-rotation.ts";
import type { StoredCredentials } from "./stores/credential-store.ts";
import { storeEntries } from "./stores/store-entries.ts";
import { type AssumeRole, stsAssumeRole } from "./sts/assume-role.ts";
import { masterConfig } from "./sts/master-config.ts";
import { targetRequest } from "./sts/role-request.ts";
import { stsClient } from "./sts/sts-client.ts";

/** STS allows about 600 requests a second per account and Region; other users of the account want some of them. */
const DEFAULT_CONCURRENCY = 20;

export interface AgentRolesOptions {
  /** Holds the `AWS_ROLE_N` contract. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the agent starts with. Default: the SDK's default chain. */
  readonly masterCredentials?: AwsCredentialIdentityProvider;
  /** Replaces STS. */
  readonly assumeRole?: AssumeRole;
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
   * An SDK credential provider: one STS call in flight a role, refreshed before expiry, usable without `start()`.
   *
   * @throws {AgentRolesError} `UnknownProfile`; the provider itself rejects with the reason STS gives.
   */
  credentials(profile: string): AwsCredentialIdentityProvider;
  /** What an SDK client's constructor wants. @throws {AgentRolesError} `UnknownProfile`. */
  clientConfig(profile: string): { credentials: AwsCredentialIdentityProvider; region?: string };
  /** Assumes every role once and stores what came; what failed stands in the profiles. */
  assumeAll(options?: Pick<StartOptions, "stores">): Promise<ProfileStatus[]>;
  /** Rotates in the background. Resolves when every role was tried once and the stores have what came. */
  start(options: StartOptions): Promise<Rotation>;
}

interface Member {
  readonly target: TargetRole;
  readonly session: RoleSession;
}

/**
 * Reads the `AWS_ROLE_N` variables and makes a session of each role. Nothing is asked of AWS yet.
 *
 * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake in the variables.
 */
export function createAgentRoles(options: AgentRolesOptions = {}): AgentRoles {
  const { env = process.env, clock = systemClock, random = Math.random, onEvent = () => undefined } = options;
  const roleEnv = parseRoleEnv(env);
  const { roles, warnings } = roleEnv;
  const ambient = options.masterCredentials;
  const assumeRole =
    options.assumeRole ??
    stsAssumeRole(
      stsClient(masterConfig(roleEnv, { env, clock, random, ...(ambient && { ambient }) })),
      roleEnv,
      clock,
    );
  const limit = pLimit(options.concurrency ?? DEFAULT_CONCURRENCY);
  const rotated = new Set<(entry: StoredCredentials) => void>();

  const members = new Map(roles.map((target): [string, Member] => [target.profile, { target, session: open(target) }]));

  function open(target: TargetRole): RoleSession {
    const request = targetRequest(target);
    return roleSession(() => limit(() => assumeRole(request)), {
      clock,
      random,
      onRefresh: (state, previous) => {
        onEvent(refreshEvent(target, state, previous));
        const { credentials, failure } = state;
        if (credentials && !failure) for (const deliver of rotated) deliver({ target, credentials });
      },
    });
  }

  function member(profile: string): Member {
    const found = members.get(profile);
    if (found) return found;
    const fix = members.size > 0 ? `declared are: ${[...members.keys()].join(", ")}` : "no AWS_ROLE_N is set";
    throw new AgentRolesError(`no AWS_ROLE_N declares the profile "${profile}"`, { code: "UnknownProfile", fix });
  }

  function profiles(): ProfileStatus[] {
    return [...members.values()].map(({ target, session }) => profileStatus(target, session.state(), clock.now()));
  }

  async function assumeAll({ stores = [] }: Pick<StartOptions, "stores"> = {}): Promise<ProfileStatus[]> {
    const states = await Promise.all(
      [...members.values()].map(async ({ target, session }) => ({ target, ...(await session.refresh()) })),
    );
    const entries = states.flatMap(({ target, credentials, failure }) =>
      credentials && !failure ? [{ target, credentials }] : [],
    );
    if (entries.length > 0) await Promise.all(stores.map((store) => storeEntries(store, entries, onEvent)));
    return profiles();
  }

  return {
    warnings,
    profiles,
    target: (profile) => member(profile).target,
    credentials: (profile) => member(profile).session.credentials,
    clientConfig: (profile) => {
      const { target, session } = member(profile);
      return { credentials: session.credentials, ...(target.region && { region: target.region }) };
    },
    assumeAll,
    start: (startOptions) =>
      startRotation(
        { sessions: [...members.values()].map(({ session }) => session), rotated, clock, onEvent },
        startOptions,
      ),
  };
}
