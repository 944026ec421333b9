import { parseRoleEnv, type StoredCredentials } from "@agent-roles/runtime";

export const PROFILES: readonly string[] = ["First", "Second", "Third"];

/** One generation of three profiles: every value of it, and the Region, contains the serial. */
export function entries(serial: number, profiles: readonly string[] = PROFILES): StoredCredentials[] {
  const variables = profiles.flatMap((profile, index) => [
    [`AWS_ROLE_${index + 1}`, `arn:aws:iam::123456789013:role/agent-roles/${profile}Role:${profile}`],
    [`AWS_ROLE_${index + 1}_REGION`, `eu-west-${serial % 10}`],
  ]);
  const issuedAt = new Date();
  return parseRoleEnv(Object.fromEntries(variables)).roles.map((target) => ({
    target,
    credentials: {
      accessKeyId: `ASIA${serial}EXAMPLE`,
      secretAccessKey: `secret-${serial}`,
      // As long as the real ones, so that a write takes its time.
      sessionToken: `token-${serial}-`.repeat(80).slice(0, 800),
      issuedAt,
      expiration: new Date(issuedAt.getTime() + 3_600_000),
      accountId: "123456789013",
    },
  }));
}
