/**
 * What the `agent-roles` command needs of the role sources without the SDK. Internal: it can change with any version.
 *
 * @internal
 */
export { readEnvFile, readFileOrPipe } from "./read-env-file.ts";
export { roleEnvSource, type RoleEnvSource } from "./role-env-source.ts";
