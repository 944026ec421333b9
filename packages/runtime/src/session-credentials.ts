import type { AwsCredentialIdentity } from "@aws-sdk/types";

/** What STS gives for one session; an `AwsCredentialIdentity` that always ends. */
export interface SessionCredentials extends AwsCredentialIdentity {
  readonly sessionToken: string;
  readonly expiration: Date;
  /** When STS was asked: with `expiration` it tells the session's length. */
  readonly issuedAt: Date;
  readonly accountId: string;
}

/** Clocks of processes that follow AWS's time differ by less. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/**
 * Whether there are credentials that AWS accepts at this time, milliseconds since the epoch. Credentials from the future are not
 * valid: the clock was set back, and their age is unknown.
 */
export function isValid(credentials: SessionCredentials | undefined, now: number): credentials is SessionCredentials {
  if (!credentials) return false;
  return now < credentials.expiration.getTime() && credentials.issuedAt.getTime() - now < CLOCK_TOLERANCE_MS;
}

/** The only form in which a key id may be shown: `…WXYZ`. */
export function maskKeyId(accessKeyId: string): string {
  return `…${accessKeyId.slice(-4)}`;
}
