import type { AssumeRole, SessionCredentials } from "@agent-roles/runtime";
import { setTimeout } from "node:timers/promises";

export const LATENCY_MS = 50;
export const HOUR_MS = 3_600_000;

/** The runtime's default. */
export const CONCURRENCY = 20;

/** Characters of a session token; STS's are of about this length. */
const TOKEN_LENGTH = 800;

/** `AWS_ROLE_1` to `AWS_ROLE_<count>`. */
export function manyRoles(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`AWS_ROLE_${index + 1}`, `${roleArn(index)}:Profile${index}`]),
  );
}

export function roleArn(index: number): string {
  return `arn:aws:iam::123456789013:role/agent-roles/Role${index}`;
}

export interface FakeStsOptions {
  readonly latencyMs: number;
  readonly lifetimeMs: number;
}

/** Answers like STS, every time with other credentials. */
export function fakeSts({ latencyMs, lifetimeMs }: FakeStsOptions): AssumeRole {
  return async ({ role }) => {
    await setTimeout(latencyMs);
    return newSession(role.accountId, lifetimeMs);
  };
}

let count = 0;

/** New session credentials, as long as those of STS. */
export function newSession(accountId: string, lifetimeMs: number): SessionCredentials {
  count += 1;
  const issuedAt = Date.now();
  return {
    accessKeyId: `ASIA${count.toString().padStart(9, "0")}EXAMPLE`,
    secretAccessKey: `${count}`.padEnd(40, "s"),
    sessionToken: `${count}`.padEnd(TOKEN_LENGTH, "t"),
    accountId,
    issuedAt: new Date(issuedAt),
    expiration: new Date(issuedAt + lifetimeMs),
  };
}
