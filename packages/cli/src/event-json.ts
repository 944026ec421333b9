import type { AgentRolesError, AgentRolesEvent, TargetRole } from "@agent-roles/runtime";
import { EVENTS } from "@agent-roles/runtime/events";

type FieldOf<Event> = Event extends unknown ? Event[keyof Event] : never;

/** One event as a JSON object, without secrets. */
export function eventJson(event: AgentRolesEvent, at: Date): Record<string, unknown> {
  const { type, ...fields } = event;
  const json: Record<string, unknown> = { time: at.toISOString(), level: EVENTS[type].level, event: type };
  if (type === "assumed") json["previousKeyId"] = null;
  if (type === "assumeFailed") json["validUntil"] = null;
  for (const [name, value] of Object.entries(fields)) Object.assign(json, fieldJson(name, value));
  return json;
}

/** A field of an event, by what it holds: lists of roles are names of profiles, and a role, a key or an error has fields of its own. */
function fieldJson(name: string, value: FieldOf<AgentRolesEvent>): Record<string, unknown> {
  if (value instanceof Date) return { [name]: value.toISOString() };
  if (value === undefined || typeof value !== "object") return { [name]: value };
  if (isRoles(value)) return { [name === "targets" ? "profiles" : name]: value.map(({ profile }) => profile) };
  if ("profile" in value) return { profile: value.profile, roleArn: value.role.arn };
  if ("code" in value) return errorFields(value);
  const { keyId, expiration } = value;
  return name === "previous" ? { previousKeyId: keyId } : { keyId, expiration: expiration.toISOString() };
}

function isRoles(value: object): value is readonly TargetRole[] {
  return Array.isArray(value);
}

function errorFields({ code, message, fix }: AgentRolesError): Record<string, unknown> {
  return { code, message, fix };
}
