export { AgentRolesError } from "../agent-roles-error.ts";
export type { AgentRolesErrorOptions, ErrorCode, Problem } from "../agent-roles-error.ts";
export { formatRoleEnv } from "./format-role-env.ts";
export { parseRoleArn } from "./role-arn.ts";
export type { RoleArn } from "./role-arn.ts";
export { parseRoleEnv } from "./parse-role-env.ts";
export type { ParsedRoleEnv } from "./parse-role-env.ts";
export { isExternalId, isProfileName, isRegion } from "./grammar.ts";
export type { MasterRoleHop, RoleEnv, TargetRole } from "./target-role.ts";
