export { followRoles } from "./follow-roles.ts";
export type { FollowedRoles, FollowRolesOptions } from "./follow-roles.ts";
export { readEnvFile, readFileOrPipe } from "./read-env-file.ts";
export { roleEnvSource } from "./role-env-source.ts";
export type { RoleEnvSource, RoleEnvSourceOptions } from "./role-env-source.ts";
