import { type AgentRolesEvent, type OnEvent, refreshEvent } from "./events.ts";
import { sessionKey } from "./cache/session-key.ts";
import type { Clock } from "./clock.ts";
import { type ParsedRoleEnv, parseRoleEnv, type Problem, type TargetRole } from "./role-env/index.ts";
import { type RoleSession, roleSession, type SessionState } from "./rotation/role-session.ts";
import type { RotationListener } from "./rotation/start-rotation.ts";
import { isValid, type SessionCredentials } from "./session-credentials.ts";
import type { AssumeRole } from "./sts/assume-role.ts";
import { targetRequest } from "./sts/role-request.ts";
import { withTimeout } from "./with-timeout.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Beyond every limit of the SDK: what never answers, such as a credential process, must not keep a role for ever. */
const ASSUME_LIMIT_MS = 60_000;

/** One profile's role and its session. */
export interface RoleMember {
  target: TargetRole;
  readonly session: RoleSession;
  /** Everything that determines the session: a role with another key gets a new session. */
  readonly sessionKey: string;
  /** The same without the caller and the endpoint: while it stays the same, valid credentials are kept. */
  readonly sessionKeyIgnoringCaller: string;
}

/** How the roles of one environment are assumed. */
interface Connection {
  readonly assumeRole: AssumeRole;
  /** A valid session that another process left. Never rejects. */
  readonly readCachedSession?: (target: TargetRole) => Promise<SessionCredentials | undefined>;
}

/** What a change of the role definitions comes to. */
export type RoleChanges = Omit<Extract<AgentRolesEvent, { type: "rolesChanged" }>, "type">;

export interface RoleSetOptions {
  readonly connect: (roleEnv: ParsedRoleEnv, env: Env) => Connection;
  /** Holds a call back while too many are in flight. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onEvent: OnEvent;
}

/** The roles that are declared now, and who follows their sessions. */
export interface RoleSet {
  /** By profile, in the order of `AWS_ROLE_N`. */
  readonly members: ReadonlyMap<string, RoleMember>;
  readonly listeners: Set<RotationListener>;
  /** What in the variables works and is probably not meant. */
  readonly warnings: () => readonly Problem[];
  /**
   * Takes other definitions: a session whose key stays the same stays, with its credentials.
   *
   * @throws {AgentRolesError} `InvalidRoleEnv` with every mistake; then nothing has changed.
   */
  readonly update: (env: Env) => RoleChanges;
}

/** @throws {AgentRolesError} `InvalidRoleEnv` with every mistake. */
export function roleSet(env: Env, options: RoleSetOptions): RoleSet {
  const { connect, limit, clock, random, onEvent } = options;
  const members = new Map<string, RoleMember>();
  const listeners = new Set<RotationListener>();
  let warnings: readonly Problem[] = [];
  load(env);

  function load(from: Env): { readonly changes: RoleChanges; readonly leaving: readonly TargetRole[] } {
    const roleEnv = parseRoleEnv(from);
    const before = new Map(members);
    const added: TargetRole[] = [];
    const changed: TargetRole[] = [];
    const leaving: TargetRole[] = [];
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
      const keys = { sessionKey: key, sessionKeyIgnoringCaller: sessionKey(target, { roleEnv, env: {} }) };
      // New credentials of the master are no reason to lose sessions that the old ones got.
      const kept =
        known?.sessionKeyIgnoringCaller === keys.sessionKeyIgnoringCaller
          ? known.session.state().credentials
          : undefined;
      members.set(target.profile, open(target, keys, connection, kept));
      (known ? changed : added).push(target);
      if (known && !kept) leaving.push(target);
    }
    warnings = roleEnv.warnings;
    const removed = [...before.values()].map(({ target }) => target);
    return { changes: { added, changed, removed }, leaving: [...removed, ...leaving] };
  }

  /** Region, description or number may be other ones; stores hold the Region. */
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
    { assumeRole, readCachedSession }: Connection,
    initial?: SessionCredentials,
  ): RoleMember {
    const assume: Parameters<typeof roleSession>[0] = (accept) =>
      limit(() => {
        const request = targetRequest(member.target);
        return withTimeout(assumeRole(request, accept), { limitMs: ASSUME_LIMIT_MS, subject: request.subject, clock });
      });
    const onRefresh = (state: SessionState, previous: SessionState): void => refreshed(member, state, previous);
    const left = readCachedSession && { readCachedSession: () => readCachedSession(member.target) };
    const session = roleSession(assume, { clock, random, onRefresh, ...left, ...(initial && { initial }) });
    const member: RoleMember = { target, session, ...keys };
    return member;
  }

  function refreshed(member: RoleMember, state: SessionState, previous: SessionState): void {
    const { target } = member;
    // Removed or replaced while STS answered: nobody waits for it any more.
    if (members.get(target.profile) !== member) return;
    onEvent(refreshEvent(target, state, previous));
    const { credentials, dueAt } = state;
    const isNew = credentials !== previous.credentials;
    for (const listener of listeners) {
      if (credentials && isNew) listener.rotated({ target, credentials });
      listener.due(dueAt);
    }
  }

  function update(to: Env): RoleChanges {
    const { changes, leaving } = load(to);
    const { added, changed, removed } = changes;
    if (added.length + changed.length + removed.length > 0) onEvent({ type: "rolesChanged", ...changes });
    for (const listener of listeners) {
      // A changed profile leaves the stores first: it never keeps the credentials of the role that it meant before.
      for (const target of leaving) listener.removed(target);
      if (added.length + changed.length > 0) listener.due(clock.now());
    }
    return changes;
  }

  return { members, listeners, warnings: () => warnings, update };
}
