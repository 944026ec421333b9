import type { AgentRolesError, AgentRolesEvent, TargetRole } from "@agent-roles/runtime";
import { EVENTS } from "@agent-roles/runtime/events";

/** One event as a JSON object, without secrets. */
export function eventJson(event: AgentRolesEvent, at: Date): Record<string, unknown> {
  return { time: at.toISOString(), level: EVENTS[event.type].level, event: event.type, ...eventFields(event) };
}

function eventFields(event: AgentRolesEvent): Record<string, unknown> {
  switch (event.type) {
    case "assumed": {
      const { target, key, previous } = event;
      const expiration = key.expiration.toISOString();
      return { ...roleFields(target), keyId: key.keyId, previousKeyId: previous?.keyId ?? null, expiration };
    }
    case "assumeFailed": {
      const { target, error, retryAt, validUntil } = event;
      const times = { retryAt: retryAt.toISOString(), validUntil: validUntil?.toISOString() ?? null };
      return { ...roleFields(target), ...errorFields(error), ...times };
    }
    case "masterFailed":
      return { ...errorFields(event.error), retryAt: event.retryAt.toISOString() };
    case "initialProgress":
      return { done: event.done, failed: event.failed, total: event.total };
    case "stored":
    case "removed":
      return { store: event.store, profiles: names(event.targets) };
    case "storeFailed":
      return { store: event.store, profiles: names(event.targets), ...errorFields(event.error) };
    case "rolesChanged":
      return { added: names(event.added), changed: names(event.changed), removed: names(event.removed) };
    case "rolesUnreadable":
      return { source: event.source, ...errorFields(event.error) };
    case "cacheFailed":
      return errorFields(event.error);
    case "durationCapped":
      return { profile: event.profile, durationSeconds: event.durationSeconds };
    case "clockSkew":
      return { offsetMs: event.offsetMs };
  }
}

function roleFields({ profile, role }: TargetRole): Record<string, unknown> {
  return { profile, roleArn: role.arn };
}

function errorFields({ code, message, fix }: AgentRolesError): Record<string, unknown> {
  return { code, message, fix };
}

function names(targets: readonly TargetRole[]): string[] {
  return targets.map(({ profile }) => profile);
}
