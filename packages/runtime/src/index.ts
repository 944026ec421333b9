export { type AgentRoles, type AgentRolesOptions, type CallSummary, createAgentRoles } from "./create-agent-roles.ts";
export type { Rotation, StartOptions } from "./start-rotation.ts";
export type { ClientConfig, Roles } from "./open-roles.ts";
export type { Task } from "./task/task.ts";
export type { GetScopedCredentials, ScopedSession, ScopeOptions } from "./task/scoped-session.ts";
export type { TaskOptions } from "./task/task-env.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { AgentRolesEvent, KeySummary, OnEvent } from "./events.ts";
export type { ProfileStatus } from "./profile-status.ts";
export {
  type AccessLevel,
  AgentRolesError,
  type Diagnostic,
  type ErrorCode,
  formatDiagnostic,
  formatRoleEnv,
  type MasterRoleHop,
  type ParsedRoleEnv,
  parseRoleArn,
  parseRoleEnv,
  type RoleArn,
  type RoleEnv,
  type TargetRole,
} from "./role-env/index.ts";
export { type FollowedRoles, followRoles, type FollowRolesOptions } from "./role-sources/follow-roles.ts";
export { roleEnvSource, type RoleEnvSource, type RoleEnvSourceOptions } from "./role-sources/role-env-source.ts";
export type { SessionCredentials } from "./session/credentials.ts";
export type { Owner } from "./files/owner.ts";
export { configureProfiles, type ConfigureProfilesOptions } from "./stores/configure-profiles.ts";
export type {
  CredentialStore,
  RefusedCredentials,
  StoredCredentials,
  StoreOptions,
} from "./stores/credential-store.ts";
export { memoryStore, type MemoryStore } from "./stores/memory-store.ts";
export { profileStore, type ProfileStoreOptions } from "./stores/profile-store.ts";
export { sharedCredentialsStore, type SharedCredentialsStoreOptions } from "./stores/shared-credentials-store.ts";
export type { AssumeRole, RoleRequest } from "./session/role-request.ts";
