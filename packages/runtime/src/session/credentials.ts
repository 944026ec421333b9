import type { AwsCredentialIdentity } from "@aws-sdk/types";

/** What STS gives for one session; an `AwsCredentialIdentity` that always ends. */
export interface SessionCredentials extends AwsCredentialIdentity {
  readonly sessionToken: string;
  readonly expiration: Date;
  /** When STS answered; with `expiration` it gives the session's length. */
  readonly issuedAt: Date;
  readonly accountId: string;
  /** Ends with its task: no newer session follows. */
  readonly isLast?: true;
}

/** Clocks of processes that follow AWS's time differ by less. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** The longest session that AWS allows: twelve hours. */
const LONGEST_SESSION_MS = 12 * 3_600_000;

/** Printable ASCII without blanks: no field can end a line or a value in a file. Longer than anything that STS issues. */
const FIELDS: readonly (readonly ["accessKeyId" | "secretAccessKey" | "sessionToken" | "accountId", RegExp])[] = [
  ["accessKeyId", /^\w{1,128}$/],
  ["secretAccessKey", /^[\x21-\x7e]{1,256}$/],
  ["sessionToken", /^[\x21-\x7e]{1,16384}$/],
  ["accountId", /^\d{12}$/],
];

/**
 * Whether there are credentials that AWS accepts at this time, milliseconds since the epoch. Credentials from the future are not
 * valid: the clock was set back, and their age is unknown.
 */
export function isValid(credentials: SessionCredentials | undefined, now: number): credentials is SessionCredentials {
  if (!credentials) return false;
  return now < credentials.expiration.getTime() && credentials.issuedAt.getTime() - now < CLOCK_TOLERANCE_MS;
}

/** The name of a field that is not what AWS issues, for credentials that come from outside or go into a file. */
export function malformedField(credentials: SessionCredentials): string | undefined {
  const { issuedAt, expiration } = credentials;
  const field = FIELDS.find(([name, pattern]) => !pattern.test(credentials[name]))?.[0];
  if (field) return field;
  const lengthMs = expiration.getTime() - issuedAt.getTime();
  return lengthMs <= LONGEST_SESSION_MS + CLOCK_TOLERANCE_MS ? undefined : "expiration";
}

/** The only form in which a key ID can be shown: `…WXYZ`. */
export function maskKeyId(accessKeyId: string): string {
  return `…${accessKeyId.slice(-4)}`;
}

/**
 * A session in the `credential_process` protocol. SDKs compare its expiration with this machine's clock.
 *
 * @param clockOffsetMs - how far AWS's time is ahead of that clock.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function protocolFields(session: SessionCredentials, clockOffsetMs = 0): Readonly<Record<string, unknown>> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = session;
  return {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiration.getTime() - clockOffsetMs).toISOString(),
    AccountId: accountId,
  };
}
