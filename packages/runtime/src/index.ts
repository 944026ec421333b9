export { createAgentRoles } from "./create-agent-roles.ts";
export type { AgentRoles, AgentRolesOptions, CallSummary } from "./create-agent-roles.ts";
export type { Rotation, StartOptions } from "./start-rotation.ts";
export type { ClientConfig, Roles } from "./open-roles.ts";
export type { Task } from "./task/task.ts";
export type { GetScopedCredentials, ScopedSession, ScopeOptions } from "./task/scoped-session.ts";
export type { TaskOptions } from "./task/task-env.ts";
export { systemClock } from "./clock.ts";
export type { Clock } from "./clock.ts";
export type { AgentRolesEvent, OnEvent, KeySummary } from "./events.ts";
export type { ProfileStatus } from "./profile-status.ts";
export { AgentRolesError, formatDiagnostic, formatRoleEnv, parseRoleArn, parseRoleEnv } from "./role-env/index.ts";
export type {
  AccessLevel,
  Diagnostic,
  ErrorCode,
  MasterRoleHop,
  ParsedRoleEnv,
  RoleArn,
  RoleEnv,
  TargetRole,
} from "./role-env/index.ts";
export { followRoles } from "./role-sources/follow-roles.ts";
export type { FollowedRoles, FollowRolesOptions } from "./role-sources/follow-roles.ts";
export { roleEnvSource } from "./role-sources/role-env-source.ts";
export type { RoleEnvSource, RoleEnvSourceOptions } from "./role-sources/role-env-source.ts";
export type { SessionCredentials } from "./session/credentials.ts";
export type { Owner } from "./files/owner.ts";
export { configureProfiles } from "./stores/configure-profiles.ts";
export type { ConfigureProfilesOptions } from "./stores/configure-profiles.ts";
export type {
  CredentialStore,
  RefusedCredentials,
  StoredCredentials,
  StoreOptions,
} from "./stores/credential-store.ts";
export { memoryStore } from "./stores/memory-store.ts";
export type { MemoryStore } from "./stores/memory-store.ts";
export { profileStore } from "./stores/profile-store.ts";
export type { ProfileStoreOptions } from "./stores/profile-store.ts";
export { sharedCredentialsStore } from "./stores/shared-credentials-store.ts";
export type { SharedCredentialsStoreOptions } from "./stores/shared-credentials-store.ts";
export type { AssumeRole, RoleRequest } from "./session/role-request.ts";
