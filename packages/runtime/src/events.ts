import { AgentRolesError } from "./agent-roles-error.ts";
import type { TargetRole } from "./role-env/index.ts";
import type { SessionState } from "./rotation/role-session.ts";
import { maskKeyId, type SessionCredentials } from "./session-credentials.ts";

/** What may be shown of credentials. */
export interface SessionKey {
  /** `…WXYZ`: the end of the access key id. */
  readonly keyId: string;
  readonly expiration: Date;
}

/** What the runtime tells while it works; it never prints. No event holds a secret: each may be logged as it is. */
export type AgentRolesEvent =
  /** A role was assumed; `previous` is the key that it replaces. */
  | {
      readonly type: "assumed";
      readonly target: TargetRole;
      readonly key: SessionKey;
      readonly previous?: SessionKey;
    }
  /** A role was not assumed. It is asked again at `retryAt`; credentials that are still valid stay in place. */
  | {
      readonly type: "assumeFailed";
      readonly target: TargetRole;
      readonly error: AgentRolesError;
      readonly retryAt: Date;
      readonly validUntil?: Date;
    }
  /** A store took these profiles in one write. */
  | { readonly type: "stored"; readonly store: string; readonly targets: readonly TargetRole[] }
  /** A store did not take these profiles: all of them, or the ones that it refuses. */
  | {
      readonly type: "storeFailed";
      readonly store: string;
      readonly targets: readonly TargetRole[];
      readonly error: AgentRolesError;
    };

export type OnEvent = (event: AgentRolesEvent) => void;

/** What a refresh of a target's session tells. */
export function refreshEvent(target: TargetRole, state: SessionState, previous: SessionState): AgentRolesEvent {
  const { credentials, failure, dueAt } = state;
  if (failure || !credentials) {
    const error = failure ?? new AgentRolesError("no credentials", { code: "Unknown", fix: "it is tried again" });
    const validUntil = credentials?.expiration;
    return { type: "assumeFailed", target, error, retryAt: new Date(dueAt), ...(validUntil && { validUntil }) };
  }
  const replaced = previous.credentials && { previous: sessionKey(previous.credentials) };
  return { type: "assumed", target, key: sessionKey(credentials), ...replaced };
}

function sessionKey({ accessKeyId, expiration }: SessionCredentials): SessionKey {
  return { keyId: maskKeyId(accessKeyId), expiration };
}
