import { expect, it } from "vitest";
import { profileTable } from "./profile-table.ts";

const NOW = Date.parse("2026-11-27T01:00:00Z");
const profile = {
  profile: "Prod",
  accountId: "123456789012",
  roleArn: "arn:aws:iam::123456789012:role/MyRole",
  default: false,
  access: "full",
} as const;
const failure = { code: "AccessDenied", message: "Prod: STS refuses the call", fix: "Ask." } as const;
const expiration = new Date(NOW + 3_600_000);

it.each([
  [{ ...profile, status: "fresh", expiration }, /fresh +2026/],
  [{ ...profile, status: "fresh", expiration, failure }, /fresh, refresh failed +2026[^]*\nProd: AccessDenied: STS/],
  [{ ...profile, status: "expiring", expiration, failure }, /expiring, refresh failed +2026/],
  [
    { ...profile, status: "fresh", expiration, failure: { ...failure, code: "ProfileNotKept" } },
    /fresh, not rotated +2026/,
  ],
  [{ ...profile, status: "expired", expiration, failure }, /expired +2026[^]*\nProd: AccessDenied: STS[^]*fix: Ask\./],
  [{ ...profile, status: "failed", failure }, /failed +-[^]*\nProd: AccessDenied: STS[^]*fix: Ask\./],
] as const)("says of valid credentials that their refresh failed: %j", (status, shown) => {
  expect(profileTable([status], NOW, false)).toMatch(shown);
});
