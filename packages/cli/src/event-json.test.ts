import { AgentRolesError, parseRoleEnv } from "@agent-roles/runtime/role-env";
import { expect, it } from "vitest";
import { eventJson } from "./event-json.ts";

const at = new Date(0);
const targets = parseRoleEnv({ AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod" }).roles;
const [target = expect.unreachable()] = targets;
const error = new AgentRolesError("Prod: refused", { code: "AccessDenied", fix: "Correct it.", cause: "a secret" });
const role = { profile: "Prod", roleArn: "arn:aws:iam::123456789013:role/MyRole" };
const failure = { code: "AccessDenied", message: "Prod: refused", fix: "Correct it." };
const ISO = "1970-01-01T00:00:00.000Z";

it.each([
  [
    { type: "assumed", target, key: { keyId: "…WXYZ", expiration: at } },
    { level: "info", ...role, keyId: "…WXYZ", previousKeyId: null, expiration: ISO },
  ],
  [
    { type: "assumeFailed", target, error, retryAt: at },
    { level: "error", ...role, ...failure, retryAt: ISO, validUntil: null },
  ],
  [
    { type: "storeFailed", store: "memory", targets, error },
    { level: "error", store: "memory", profiles: ["Prod"], ...failure },
  ],
  [
    { type: "rolesChanged", added: targets, changed: [], removed: [] },
    { level: "info", added: ["Prod"], changed: [], removed: [] },
  ],
  [
    { type: "clockSkew", offsetMs: -5 },
    { level: "warning", offsetMs: -5 },
  ],
] as const)("writes the fields of %o without causes and credentials", (event, fields) => {
  expect(eventJson(event, at)).toEqual({ time: ISO, event: event.type, ...fields });
});
