export { didYouMean } from "./did-you-mean.ts";
export { envFormats, formatEnv } from "./format-env.ts";
export type { EnvFormat } from "./format-env.ts";
export { loadExpectations } from "./load-expectations.ts";
export type { ExpectationFileOptions, LocatedExpectation } from "./load-expectations.ts";
export { loadManifest, loadTrustContext } from "./load-manifest.ts";
export { ManifestError } from "./manifest-error.ts";
export type { ManifestErrorCode } from "./manifest-error.ts";
export { manifestJsonSchema } from "./manifest-schema.ts";
export type {
  Attribution,
  ConditionValue,
  Manifest,
  ManifestAccount,
  ManifestRole,
  ManifestTrust,
  MasterRole,
  MasterService,
  OidcIdentity,
  PodIdentity,
  PolicyStatement,
  RolesAnywhereIdentity,
  SamlIdentity,
  StackSets,
  SubjectAttribute,
  Tags,
  TrustedBy,
  TrustExpectation,
  TrustSeverity,
  TrustSuppression,
} from "./manifest.ts";
export { STACK_SET_ROLES } from "./manifest.ts";
export { parseManifest } from "./parse-manifest.ts";
export type { ParseOptions } from "./parse-manifest.ts";
export { partitionOfRegion } from "@agent-roles/iam";
export { knownRegions } from "./regions.ts";
export { sessionAttributes } from "./session-attributes.ts";
export type { SessionAttributes } from "./session-attributes.ts";
export { deployRoleArn, manifestEnv, masterRoleArn, targetRoles } from "./target-roles.ts";
export { trustContext } from "./trust-context.ts";
export type { ManifestExpectedRole, ManifestTrustContext } from "./trust-context.ts";
