export { AgentRolesError, type AgentRolesErrorOptions, type ErrorCode } from "../agent-roles-error.ts";
export type { Env } from "./env.ts";
export { type Diagnostic, DiagnosticError, formatDiagnostic } from "./diagnostic.ts";
export { escapeControlCharacters, type OutputOptions, safeOutput } from "./escape-control-characters.ts";
export { definedOnly } from "./defined-only.ts";
export { formatRoleEnv } from "./format-role-env.ts";
export { limitAccess } from "./limit-access.ts";
export { isRole, mergeRoleEnv } from "./merge-role-env.ts";
export { missingAttribution, TASK_TAGS } from "./parse-session-env.ts";
export { misnamedRoles, noRoles } from "./no-roles.ts";
export { parseRoleArn, type RoleArn } from "./role-arn.ts";
export { partitionOf } from "./partitions.ts";
export { parseOneRole } from "./parse-one-role.ts";
export { type ParsedRoleEnv, parseRoleEnv } from "./parse-role-env.ts";
export {
  isExternalId,
  isProfileName,
  isRegion,
  isReservedProfileName,
  isSessionName,
  isTaskLength,
  SESSION_NAME_SHAPE,
} from "./grammar.ts";
export { parseSessionPolicy, sessionPolicyMistakes } from "./session-policy.ts";
export {
  ACCESS_LEVELS,
  type AccessLevel,
  type MasterRoleHop,
  type RoleEnv,
  type TargetRole,
  toAccessLevel,
} from "./target-role.ts";
