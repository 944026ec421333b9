import type { RoleEnv, TargetRole } from "../role-env/index.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Where STS is, and whose credentials the SDK's default chain finds; the keys themselves are not looked at. */
const AMBIENT = [
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_STS",
  "AWS_PROFILE",
  "AWS_ACCESS_KEY_ID",
  "AWS_ROLE_ARN",
];

/**
 * Everything that shapes a role's session, as one text: two roles of the same shape may share a session, and a role whose shape
 * changes never gets the credentials of the one before.
 */
export function sessionShape(roleEnv: RoleEnv, target: TargetRole, env: Env): string {
  const { master, roleSessionName, sourceIdentity, sessionTags = {} } = roleEnv;
  const { role, externalId, durationSeconds, sessionPolicyArns } = target;
  return JSON.stringify({
    role: role.arn,
    externalId,
    durationSeconds,
    sessionPolicyArns,
    master: master && [master.role.arn, master.externalId],
    session: [roleSessionName, sourceIdentity],
    tags: Object.entries(sessionTags).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ambient: AMBIENT.map((name) => env[name]),
  });
}
