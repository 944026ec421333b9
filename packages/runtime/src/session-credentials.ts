import type { AwsCredentialIdentity } from "@aws-sdk/types";

/** What STS gives for one session; an `AwsCredentialIdentity` that always ends. */
export interface SessionCredentials extends AwsCredentialIdentity {
  readonly sessionToken: string;
  readonly expiration: Date;
  /** When STS was asked: with `expiration` it tells the session's length. */
  readonly issuedAt: Date;
  readonly accountId: string;
}

/** Whether there are credentials, and AWS takes them at this time, milliseconds since the epoch. */
export function isValid(credentials: SessionCredentials | undefined, now: number): credentials is SessionCredentials {
  return credentials !== undefined && now < credentials.expiration.getTime();
}

/** The only form in which a key id may be shown: `…WXYZ`. */
export function maskKeyId(accessKeyId: string): string {
  return `…${accessKeyId.slice(-4)}`;
}
