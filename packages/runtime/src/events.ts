import { AgentRolesError } from "./agent-roles-error.ts";
import type { TargetRole } from "./role-env/index.ts";
import type { SessionState } from "./rotation/role-session.ts";
import type { SessionCredentials } from "./session-credentials.ts";

/** What the runtime tells while it works; it never prints. Credentials are shown through {@link maskKeyId} only. */
export type AgentRolesEvent =
  /** A role was assumed; `previous` are the credentials that it replaces. */
  | {
      readonly type: "assumed";
      readonly target: TargetRole;
      readonly credentials: SessionCredentials;
      readonly previous?: SessionCredentials;
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
  return { type: "assumed", target, credentials, ...(previous.credentials && { previous: previous.credentials }) };
}
