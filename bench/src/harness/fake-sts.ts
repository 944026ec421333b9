import type { AssumeRole, SessionCredentials } from "@agent-roles/runtime";
import { setTimeout } from "node:timers/promises";

/** Characters of a session token; STS's are of about this length. */
const TOKEN_LENGTH = 800;

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

/** Session credentials of a real one's size that nobody had before. */
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
