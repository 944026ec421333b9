import { type AgentRolesError, toAgentRolesError } from "./agent-roles-error.ts";
import type { TargetRole } from "./role-env/index.ts";
import type { SessionState } from "./rotation/role-session.ts";
import { maskKeyId, type SessionCredentials } from "./session/credentials.ts";

/** What can be shown of credentials. */
export interface KeySummary {
  /** `…WXYZ`: the end of the access key ID. */
  readonly keyId: string;
  readonly expiration: Date;
}

/** What the runtime reports while it works; it never prints. No event holds a secret: each can be logged as it is. */
export type AgentRolesEvent =
  | {
      readonly type: "assumed";
      readonly target: TargetRole;
      readonly key: KeySummary;
      readonly previous?: KeySummary;
    }
  | {
      readonly type: "assumeFailed";
      readonly target: TargetRole;
      readonly error: AgentRolesError;
      readonly retryAt: Date;
      readonly validUntil?: Date;
    }
  | { readonly type: "masterFailed"; readonly error: AgentRolesError; readonly retryAt: Date }
  | { readonly type: "initialProgress"; readonly done: number; readonly failed: number; readonly total: number }
  | { readonly type: "stored"; readonly store: string; readonly targets: readonly TargetRole[] }
  | { readonly type: "removed"; readonly store: string; readonly targets: readonly TargetRole[] }
  | {
      readonly type: "storeFailed";
      readonly store: string;
      readonly targets: readonly TargetRole[];
      readonly error: AgentRolesError;
    }
  | {
      readonly type: "rolesChanged";
      readonly added: readonly TargetRole[];
      readonly changed: readonly TargetRole[];
      readonly removed: readonly TargetRole[];
    }
  | { readonly type: "rolesUnreadable"; readonly source: string; readonly error: AgentRolesError }
  | { readonly type: "durationCapped"; readonly profile: string; readonly durationSeconds: number }
  | { readonly type: "clockSkew"; readonly offsetMs: number }
  | { readonly type: "cacheFailed"; readonly error: AgentRolesError };

export type OnEvent = (event: AgentRolesEvent) => void;

type EventType = AgentRolesEvent["type"];

/** How important an event is. */
export type EventLevel = "info" | "warning" | "error";

/** One kind of event, for readers and for loggers. */
export interface EventKind<Type extends EventType = EventType> {
  readonly level: EventLevel;
  readonly what: string;
  readonly fields: Readonly<Record<Exclude<keyof Extract<AgentRolesEvent, { type: Type }>, "type">, string>>;
}

const TARGETS = "the roles, as AWS_ROLE_N declares them";

/** Every event, declared once: docs/events.md is made of this. */
export const EVENTS: { readonly [Type in EventType]: EventKind<Type> } = {
  assumed: {
    level: "info",
    what: "A role was assumed, by this process or by another one with the same cache.",
    fields: {
      target: "the role, as AWS_ROLE_N declares it",
      key: "the new key: the end of its ID, its expiration",
      previous: "the key that it replaces",
    },
  },
  assumeFailed: {
    level: "error",
    what: "A role was not assumed. Credentials that are still valid stay in place.",
    fields: {
      target: "the role, as AWS_ROLE_N declares it",
      error: "code, message, retryable and the fix",
      retryAt: "when STS is called again",
      validUntil: "when the credentials in place expire; absent when there are none",
    },
  },
  masterFailed: {
    level: "error",
    what: "The master's credentials failed, so no role can be assumed. Reported once for all roles, until the cause changes or a role is assumed again.",
    fields: {
      error: "code, message, retryable and the fix",
      retryAt: "when the next role is tried",
    },
  },
  initialProgress: {
    level: "info",
    what: "One more role was tried for the first time; after the last one, `done` equals `total`.",
    fields: { done: "roles tried", failed: "those of them that were not assumed", total: "all roles" },
  },
  stored: {
    level: "info",
    what: "A store wrote these profiles in one write.",
    fields: { store: "its path or name", targets: TARGETS },
  },
  removed: {
    level: "info",
    what: "Profiles that are no longer declared, or now mean another role, were removed from a store.",
    fields: { store: "its path or name", targets: TARGETS },
  },
  storeFailed: {
    level: "error",
    what: "A store did not write these profiles: all of them, or the ones that it refuses.",
    fields: { store: "its path or name", targets: TARGETS, error: "code, message and the fix" },
  },
  rolesChanged: {
    level: "info",
    what: "The role definitions changed while running.",
    fields: {
      added: "roles that are new",
      changed: "profiles that now mean another role or another session of it",
      removed: "roles that are gone",
    },
  },
  rolesUnreadable: {
    level: "error",
    what: "New role definitions could not be read. The previous role definitions stay in use.",
    fields: { source: "the file or secret", error: "every mistake, each with its fix" },
  },
  durationCapped: {
    level: "warning",
    what: "Session duration capped at one hour (role chaining): the master is itself a role session, and a longer session was declared.",
    fields: { profile: "the profile of the session", durationSeconds: "what is requested from STS instead" },
  },
  clockSkew: {
    level: "warning",
    what: "This machine's clock differs from AWS's by more than five seconds; rotation follows AWS's. 0 when it is right again.",
    fields: { offsetMs: "how far AWS is ahead, milliseconds" },
  },
  cacheFailed: {
    level: "warning",
    what: "The credential cache could not be read or written; STS was called instead.",
    fields: { error: "names the file and the fix" },
  },
};

/**
 * Passes every event to the listener. A listener that throws, or returns a promise that rejects, is a bug of the agent and must
 * not stop the rotation: its error becomes a process warning.
 */
export function guardListener(onEvent: OnEvent): OnEvent {
  return (event) => {
    try {
      const answer: unknown = onEvent(event);
      if (answer instanceof Promise) answer.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), { code: "AGENT_ROLES_LISTENER" });
}

/** The event of a refresh of a target's session. */
export function refreshEvent(target: TargetRole, state: SessionState, previous: SessionState): AgentRolesEvent {
  const { credentials, failure, dueAt } = state;
  if (failure || !credentials) {
    const error = failure ?? toAgentRolesError("no credentials");
    const validUntil = credentials?.expiration;
    return { type: "assumeFailed", target, error, retryAt: new Date(dueAt), ...(validUntil && { validUntil }) };
  }
  const replaced = previous.credentials && { previous: keySummary(previous.credentials) };
  return { type: "assumed", target, key: keySummary(credentials), ...replaced };
}

function keySummary({ accessKeyId, expiration }: SessionCredentials): KeySummary {
  return { keyId: maskKeyId(accessKeyId), expiration };
}
