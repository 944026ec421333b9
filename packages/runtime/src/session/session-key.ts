import type { Env, RoleEnv, TargetRole } from "../role-env/index.ts";

/** What determines a session besides its role. */
export interface SessionOrigin {
  readonly roleEnv: Omit<RoleEnv, "roles">;
  /** Where STS is, and where the master's credentials come from. */
  readonly env: Env;
}

/** One role, as far as it determines its session. */
export type SessionRole = Pick<
  TargetRole,
  "role" | "externalId" | "durationSeconds" | "access" | "sessionPolicy" | "sessionPolicyArns"
>;

/** Which STS answers. */
const ENDPOINT = [
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_STS",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_STS_REGIONAL_ENDPOINTS",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_USE_FIPS_ENDPOINT",
];

/** Where the SDK's default chain looks; no secret is among them. */
const AMBIENT = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];

/**
 * Everything that determines a session, as one text: profiles with the same key share a session, and a role whose key changes
 * never gets the credentials of the one before.
 */
export function sessionKey(target: SessionRole, { roleEnv, env }: SessionOrigin): string {
  const { master, roleSessionName, sourceIdentity, sessionTags = {} } = roleEnv;
  const { role, externalId, durationSeconds, access, sessionPolicy, sessionPolicyArns } = target;
  return JSON.stringify([
    role.arn,
    ...[externalId, durationSeconds, access === "full" ? undefined : access, sessionPolicy, sessionPolicyArns].map(
      unset,
    ),
    ...[master?.role.arn, master?.externalId].map(unset),
    ...[roleSessionName, sourceIdentity].map(unset),
    Object.entries(sessionTags).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    // Empty counts as unset, as the SDK has it.
    ...[...ENDPOINT, ...AMBIENT].map((name) => env[name] || null),
  ]);
}

/** JSON has no undefined, and what is not there must keep its place. */
function unset(value: unknown): unknown {
  return value ?? null;
}
