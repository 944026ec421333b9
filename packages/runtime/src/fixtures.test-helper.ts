import { parseRoleEnv, type TargetRole } from "./role-env/index.ts";
import type { SessionCredentials } from "./session/credentials.ts";

/** A target role as `AWS_ROLE_<number>` declares it. */
export function target(
  profile: string,
  options: { number?: number; region?: string; externalId?: string } = {},
): TargetRole {
  const { number = 1, region, externalId } = options;
  const name = `AWS_ROLE_${number}`;
  const { roles } = parseRoleEnv({
    [name]: `arn:aws:iam::123456789013:role/agent-roles/${profile}Role:${profile}`,
    [`${name}_REGION`]: region,
    [`${name}_EXTERNAL_ID`]: externalId,
  });
  const [role] = roles;
  if (!role) throw new Error("the fixture declares one role");
  return role;
}

/** Session credentials whose key ID contains the profile and the count. */
export function credentials(name: string, issuedAt: number, lifetimeMs = 3_600_000): SessionCredentials {
  return {
    accessKeyId: `ASIA${name}EXAMPLE`,
    secretAccessKey: `secret-of-${name}`,
    sessionToken: `token/of+${name}==`,
    issuedAt: new Date(issuedAt),
    expiration: new Date(issuedAt + lifetimeMs),
    accountId: "123456789013",
  };
}

/** That many seconds before now, for the age of a file. The file system has no other clock; a test leaves seconds of margin. */
export function ago(seconds: number): Date {
  // oxlint-disable-next-line tests/no-guessing -- see above
  return new Date(Date.now() - seconds * 1_000);
}
