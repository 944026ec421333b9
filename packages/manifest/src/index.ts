export { envFormats, formatEnv } from "./format-env.ts";
export type { EnvFormat } from "./format-env.ts";
export { loadExpectations } from "./load-expectations.ts";
export type { ExpectationFileOptions, LocatedExpectation } from "./load-expectations.ts";
export { loadManifest } from "./load-manifest.ts";
export { ManifestError } from "./manifest-error.ts";
export type { ManifestErrorCode } from "./manifest-error.ts";
export { manifestJsonSchema } from "./manifest-schema.ts";
export type {
  ConditionValue,
  Manifest,
  ManifestRole,
  ManifestTrust,
  MasterRole,
  MasterService,
  OidcIdentity,
  PodIdentity,
  PolicyStatement,
  RolesAnywhereIdentity,
  SubjectAttribute,
  Tags,
  TrustedBy,
  TrustExpectation,
  TrustSeverity,
  TrustSuppression,
} from "./manifest.ts";
export { parseManifest } from "./parse-manifest.ts";
export { manifestEnv, masterRoleArn, targetRoles } from "./target-roles.ts";
export { trustContext } from "./trust-context.ts";
export type { ManifestExpectedRole, ManifestTrustContext } from "./trust-context.ts";
