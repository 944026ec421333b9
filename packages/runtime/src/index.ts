export { exposedFiles } from "./aws-files/exposed-files.ts";
export { createAgentRoles } from "./create-agent-roles.ts";
export type { AgentRoles, AgentRolesOptions, CallSummary } from "./create-agent-roles.ts";
export type { Rotation, StartOptions } from "./start-rotation.ts";
export type { ClientConfig, Roles } from "./open-roles.ts";
export type { Task } from "./task/task.ts";
export type { GetScopedCredentials, ScopedSession, ScopeOptions } from "./task/scoped-session.ts";
export type { TaskOptions } from "./task/task-env.ts";
export { sessionCache } from "./cache/session-cache.ts";
export type { SessionCache, SessionCacheOptions } from "./cache/session-cache.ts";
export { systemClock } from "./clock.ts";
export type { Clock } from "./clock.ts";
export type { AgentRolesEvent, OnEvent, KeySummary } from "./events.ts";
export type { ProfileStatus, StoredProfilesOptions } from "./profile-status.ts";
export { profileStatus, storedProfiles } from "./profile-status.ts";
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
export { maskKeyId } from "./session/credentials.ts";
export { followRoles, roleEnvSource } from "./role-sources/index.ts";
export type { FollowedRoles, FollowRolesOptions, RoleEnvSource, RoleEnvSourceOptions } from "./role-sources/index.ts";
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
export { profileProblem } from "./stores/profile-problem.ts";
export { profileStore } from "./stores/profile-store.ts";
export type { ProfileStoreOptions } from "./stores/profile-store.ts";
export { readSharedProfiles } from "./stores/read-shared-profiles.ts";
export type { ManagedProfile, SharedProfiles } from "./stores/read-shared-profiles.ts";
export { sharedCredentialsStore } from "./stores/shared-credentials-store.ts";
export type { SharedCredentialsStoreOptions } from "./stores/shared-credentials-store.ts";
export { sweepTaskProfiles } from "./stores/sweep-task-profiles.ts";
export type { AssumeRole, RoleRequest } from "./session/role-request.ts";
export { sessionPolicies } from "./session/session-policies.ts";
export { isSessionOf } from "./sts/session-arn.ts";
export { callerIdentity } from "./sts/caller-identity.ts";
export type { StsConfig } from "./sts/sts-client.ts";
export type { CallerIdentity } from "./sts/caller-identity.ts";
export { masterCaller, masterConfig } from "./master/connect-master.ts";
export type { MasterConfig, MasterOptions } from "./master/connect-master.ts";
export { httpHandler } from "./sts/http-handler.ts";
export { stsRegion } from "./sts/sts-region.ts";
