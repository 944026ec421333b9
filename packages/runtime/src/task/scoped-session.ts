import { AgentRolesError } from "../agent-roles-error.ts";
import type { Clock } from "../clock.ts";
import type { ClientConfig } from "../open-roles.ts";
import { parseSessionPolicy, PLAIN_TEXT_LIMIT } from "../role-env/session-policy.ts";
import type { Diagnostic, TargetRole } from "../role-env/index.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import { narrowRole } from "../session/narrow-role.ts";
import { type AssumeRole, targetRequest } from "../session/role-request.ts";
import type { ScopedRequest } from "../sts/get-scoped-credentials.ts";

/** How a session is narrowed; at least one of the two. */
export interface ScopeOptions {
  /** An IAM policy, as an object or as JSON: the session can do what it could do before and this policy allows. At most 2,048 characters. */
  readonly policy?: string | object;
  /** From 1 second to what is left of the session, which is also the default. */
  readonly ttlSeconds?: number;
}

/** A narrowed session for a sub-agent; an SDK client's constructor takes it as it is. It is not renewed. */
export interface ScopedSession extends ClientConfig {
  readonly expiration: Date;
  /** Narrows it further, to three policies in all. @throws {AgentRolesError} as `Task.scoped`. */
  scoped(options: ScopeOptions): Promise<ScopedSession>;
}

/** What GetScopedCredentials accepts in a chain. */
const MOST_POLICIES = 3;

/** A session that is to last as long as the one before ends this much earlier: the call takes time, and STS refuses a later end. */
const END_MARGIN_MS = 5_000;

/** A session, and what narrows it. */
interface Layer {
  readonly credentials: SessionCredentials;
  /** With the policies of all layers, for a call of AssumeRole. Throws where they cannot be written as one. */
  readonly narrowed: () => TargetRole;
  readonly policies: number;
}

/** Narrows a session in STS; `undefined` where STS does not have it. */
export type GetScopedCredentials = (
  session: SessionCredentials,
  request: ScopedRequest,
) => Promise<SessionCredentials | undefined>;

export interface ScopeContext {
  readonly clock: Clock;
  /** @throws {AgentRolesError} `TaskEnded`. */
  readonly checkOpen: () => void;
  readonly getScopedCredentials: GetScopedCredentials;
  /** A further session of the task. */
  readonly assumeRole: AssumeRole;
}

/** Narrows the session of a profile. @throws {AgentRolesError} as `Task.scoped`. */
export function scopeSession(
  target: TargetRole,
  credentials: SessionCredentials,
  options: ScopeOptions,
  context: ScopeContext,
): Promise<ScopedSession> {
  return scopeLayer({ credentials, narrowed: () => target, policies: 0 }, target, options, context);
}

async function scopeLayer(
  parent: Layer,
  target: TargetRole,
  options: ScopeOptions,
  context: ScopeContext,
): Promise<ScopedSession> {
  const { clock, checkOpen, getScopedCredentials, assumeRole } = context;
  checkOpen();
  const leftMs = parent.credentials.expiration.getTime() - clock.now();
  if (leftMs <= 0) throw ended(target.profile, parent.credentials);
  const policy = options.policy === undefined ? undefined : readPolicy(options.policy);
  const durationSeconds = scopedSeconds(options, leftMs);
  const policies = parent.policies + (policy === undefined ? 0 : 1);
  if (policies > MOST_POLICIES) {
    throw invalid(`a session is narrowed by at most ${MOST_POLICIES} policies`, "narrow an earlier session");
  }
  const narrowed = (): TargetRole =>
    policy === undefined ? parent.narrowed() : { ...target, ...narrowRole(parent.narrowed(), policy) };
  const { role, profile } = target;
  const request = { role, subject: profile, durationSeconds, ...(policy !== undefined && { policy }) };
  const scoped =
    (await getScopedCredentials(parent.credentials, request)) ?? (await assumeRole(targetRequest(narrowed())));
  checkOpen();
  const end = Math.min(
    scoped.expiration.getTime(),
    parent.credentials.expiration.getTime(),
    clock.now() + durationSeconds * 1_000,
  );
  const credentials: SessionCredentials = { ...scoped, expiration: new Date(end), isLast: true };
  const provider = async (): Promise<SessionCredentials> => {
    checkOpen();
    if (clock.now() < end) return credentials;
    throw ended(profile, credentials);
  };
  return {
    credentials: Object.assign(provider, { memoized: true }),
    ...(target.region && { region: target.region }),
    expiration: credentials.expiration,
    scoped: (next) => scopeLayer({ credentials, narrowed, policies }, target, next, context),
  };
}

function ended(profile: string, { expiration }: SessionCredentials): AgentRolesError {
  const message = `${profile}: the narrowed session has ended at ${expiration.toISOString()}`;
  return new AgentRolesError(message, { code: "TaskEnded", fix: "Narrow the session again." });
}

function readPolicy(policy: string | object): string {
  const text = typeof policy === "string" ? policy : JSON.stringify(policy);
  const read = parseSessionPolicy(text, refusePolicy) ?? "";
  if (read.length <= PLAIN_TEXT_LIMIT) return read;
  const message = `has ${read.length} characters; STS takes ${PLAIN_TEXT_LIMIT}`;
  return refusePolicy({ message, fix: "drop Sids and statements, or join actions with wildcards" });
}

function refusePolicy({ message, fix }: Diagnostic): never {
  throw invalid(`the policy ${message}`, fix);
}

function scopedSeconds({ policy, ttlSeconds }: ScopeOptions, leftMs: number): number {
  if (policy === undefined && ttlSeconds === undefined)
    throw invalid("nothing to narrow", "give a policy or ttlSeconds");
  if (ttlSeconds !== undefined && !(Number.isInteger(ttlSeconds) && ttlSeconds >= 1)) {
    throw invalid(`ttlSeconds ${ttlSeconds} is not valid`, "use whole seconds from 1");
  }
  const longest = Math.max(1, Math.floor((leftMs - END_MARGIN_MS) / 1_000));
  return Math.min(ttlSeconds ?? longest, longest);
}

function invalid(message: string, fix: string): AgentRolesError {
  return new AgentRolesError(message, { code: "InvalidRequest", fix });
}
