import { masterFailure } from "./agent-roles-error.ts";
import type { Clock } from "./clock.ts";
import { type AgentRolesEvent, type OnEvent, refreshEvent } from "./events.ts";
import { type Diagnostic, type Env, type ParsedRoleEnv, parseRoleEnv, type TargetRole } from "./role-env/index.ts";
import { type RoleSession, roleSession, type SessionState } from "./rotation/role-session.ts";
import { isValid, type SessionCredentials } from "./session/credentials.ts";
import { type AssumeRole, targetRequest } from "./session/role-request.ts";
import { sessionKey } from "./session/session-key.ts";
import type { RotationListener } from "./start-rotation.ts";

/** One profile's role and its session. */
export interface RoleMember {
  target: TargetRole;
  readonly session: RoleSession;
  readonly connection: Connection;
  /** Everything that determines the session: a role with another key gets a new session. */
  readonly sessionKey: string;
  /** The same without the caller and the endpoint: while it stays the same, valid credentials are kept. */
  readonly sessionKeyIgnoringCaller: string;
}

/** How the roles of one environment are assumed. */
export interface Connection {
  readonly assumeRole: AssumeRole;
  /** A valid session that another process got. Never rejects. */
  readonly readCachedSession?: (target: TargetRole) => Promise<SessionCredentials | undefined>;
  /** {@link RoleSessionOptions.revokedAt} of a role. */
  readonly revokedAt?: (target: TargetRole) => number;
  /** Deletes the session that other processes share, unless one of them needs it. Never rejects. */
  readonly forget?: (target: TargetRole) => Promise<void>;
  /** Lets go of what is known of the master. */
  readonly reconnect: () => void;
}

/** What a change of the role definitions results in. */
export type RoleChanges = Omit<Extract<AgentRolesEvent, { type: "rolesChanged" }>, "type">;

export interface RoleSetOptions {
  readonly connect: (roleEnv: ParsedRoleEnv, env: Env) => Connection;
  /** Whether the master's credentials are given: then `AWS_PROFILE` is not the master, and can name one of the profiles. */
  readonly hasMasterCredentials: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onEvent: OnEvent;
}

/** The roles that are declared now, and the listeners to their sessions. */
export interface RoleSet {
  /** By profile, in the order of `AWS_ROLE_N`. */
  readonly members: ReadonlyMap<string, RoleMember>;
  readonly listeners: Set<RotationListener>;
  /** What works but is probably a mistake in the variables. */
  readonly warnings: () => readonly Diagnostic[];
  /**
   * Takes other definitions: a session whose key stays the same stays, with its credentials.
   *
   * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake; then nothing has changed.
   */
  readonly update: (env: Env) => RoleChanges;
  /** Retries every failed role at once, with new credentials of the master. */
  readonly retry: () => void;
}

/** @throws {AgentRolesError} `InvalidRoleEnv` with every mistake. */
export function roleSet(env: Env, options: RoleSetOptions): RoleSet {
  const { connect, hasMasterCredentials, clock, random, onEvent } = options;
  const members = new Map<string, RoleMember>();
  const listeners = new Set<RotationListener>();
  const connections = new Set<Connection>();
  let warnings: readonly Diagnostic[] = [];
  /** The last failure of the master that was reported, and when the roles that it concerns are tried again: all at once. */
  let failedMaster: { readonly message: string; readonly retryAt: number } | undefined;
  load(env);

  function load(from: Env): { readonly changes: RoleChanges; readonly leaving: readonly RoleMember[] } {
    const roleEnv = parseRoleEnv(hasMasterCredentials ? { ...from, AWS_PROFILE: undefined } : from);
    const before = new Map(members);
    const added: TargetRole[] = [];
    const changed: TargetRole[] = [];
    const leaving: RoleMember[] = [];
    let connection: Connection | undefined;
    members.clear();
    for (const target of roleEnv.roles) {
      const known = before.get(target.profile);
      before.delete(target.profile);
      const key = sessionKey(target, { roleEnv, env: from });
      if (known?.sessionKey === key) {
        members.set(target.profile, known);
        updateTarget(known, target);
        continue;
      }
      connection ??= connect(roleEnv, from);
      connections.add(connection);
      const keys = { sessionKey: key, sessionKeyIgnoringCaller: sessionKey(target, { roleEnv, env: {} }) };
      // New credentials of the master are no reason to lose sessions that the old ones got.
      const isSame = known?.sessionKeyIgnoringCaller === keys.sessionKeyIgnoringCaller;
      const kept = isSame ? known.session.state().credentials : undefined;
      members.set(target.profile, open(target, keys, connection, kept));
      (known ? changed : added).push(target);
      if (known && !kept) leaving.push(known);
    }
    warnings = roleEnv.warnings;
    const gone = [...before.values()];
    const removed = gone.map(({ target }) => target);
    return { changes: { added, changed, removed }, leaving: [...gone, ...leaving] };
  }

  /** Region, description or number can change; stores hold the Region. */
  function updateTarget(member: RoleMember, target: TargetRole): void {
    const regionChanged = member.target.region !== target.region;
    member.target = target;
    const { credentials } = member.session.state();
    if (!regionChanged || !isValid(credentials, clock.now())) return;
    for (const listener of listeners) listener.rotated({ target, credentials });
  }

  function open(
    target: TargetRole,
    keys: Pick<RoleMember, "sessionKey" | "sessionKeyIgnoringCaller">,
    connection: Connection,
    initial?: SessionCredentials,
  ): RoleMember {
    const { assumeRole, readCachedSession, revokedAt } = connection;
    const session = roleSession((accept) => assumeRole(targetRequest(member.target), accept), {
      clock,
      random,
      onRefresh: (state, previous) => refreshed(member, state, previous),
      ...(readCachedSession && { readCachedSession: () => readCachedSession(member.target) }),
      ...(revokedAt && { revokedAt: () => revokedAt(member.target) }),
      ...(initial && { initial }),
    });
    const member: RoleMember = { target, session, connection, ...keys };
    return member;
  }

  function refreshed(member: RoleMember, state: SessionState, previous: SessionState): void {
    const { target } = member;
    // Removed or replaced while STS answered.
    if (members.get(target.profile) !== member) return;
    report(member, state, previous);
    const { credentials, dueAt } = member.session.state();
    const isNew = credentials !== previous.credentials;
    for (const listener of listeners) {
      if (credentials && isNew) listener.rotated({ target, credentials });
      listener.due(dueAt);
    }
  }

  /** One cause is one event, and one call: what fails for the master fails for every role, again and again. */
  function report({ target, session }: RoleMember, state: SessionState, previous: SessionState): void {
    const error = masterFailure(state.failure);
    if (error) {
      const { message } = error;
      const known = failedMaster?.message === message ? failedMaster : undefined;
      if (known && known.retryAt > clock.now()) session.retryAt(known.retryAt);
      else failedMaster = { message, retryAt: state.dueAt };
      if (!known) onEvent({ type: "masterFailed", error, retryAt: new Date(state.dueAt) });
      return;
    }
    if (!state.failure && failedMaster) retryAfterMaster();
    onEvent(refreshEvent(target, state, previous));
  }

  /** The master works again. */
  function retryAfterMaster(): void {
    failedMaster = undefined;
    for (const { session } of members.values()) if (masterFailure(session.state().failure)) session.retryAt(0);
    for (const listener of listeners) listener.due(-Infinity);
  }

  function update(to: Env): RoleChanges {
    const { changes, leaving } = load(to);
    const { added, changed, removed } = changes;
    if (added.length + changed.length + removed.length > 0) onEvent({ type: "rolesChanged", ...changes });
    const needed = new Set([...members.values()].map(({ sessionKey: key }) => key));
    for (const { connection, target, sessionKey: key } of leaving)
      if (!needed.has(key)) void connection.forget?.(target);
    for (const listener of listeners) {
      // A changed profile leaves the stores first: it never keeps the credentials of the role that it meant before.
      for (const { target } of leaving) listener.removed(target);
      if (added.length + changed.length > 0) listener.due(clock.now());
    }
    return changes;
  }

  function retry(): void {
    failedMaster = undefined;
    for (const connection of connections) connection.reconnect();
    for (const { session } of members.values()) session.retryAt(0);
    for (const listener of listeners) {
      listener.due(-Infinity);
      listener.retry();
    }
  }

  return { members, listeners, warnings: () => warnings, update, retry };
}
