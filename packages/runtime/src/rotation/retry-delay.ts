import type { AgentRolesError, ErrorCode } from "../agent-roles-error.ts";

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** Errors that need a configuration change in AWS, such as `AccessDenied`: after the change, the role recovers by itself. */
const CONFIGURATION_DELAY_MS = 5 * 60_000;

/** A role that was never assumed can be new: IAM is eventually consistent. This many tries come in seconds. */
const NEW_ROLE_TRIES = 5;
const NEW_ROLE_CODES: ReadonlySet<ErrorCode> = new Set(["AccessDenied", "TrustDenied"]);

/** What a person repairs on this machine, such as a new login, is noticed within a minute. */
const REPAIRED_HERE: ReadonlySet<ErrorCode> = new Set(["MasterCredentialsExpired", "MasterCredentialsInvalid"]);

/** What is still valid deserves this many more tries at the least. */
const TRIES_LEFT = 4;

export interface Failing {
  /** Failures in a row, 1 for the first. */
  readonly attempt: number;
  /** Whether the role was never assumed here. */
  readonly isNew?: boolean;
  /** How long the credentials in place are still valid, milliseconds; absent when there are none. */
  readonly validMs?: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * How long to wait after a failure, milliseconds: full jitter that doubles from one second to a minute, and is denser when valid
 * credentials come near their end; five minutes for errors that need a configuration change in AWS, except at first for a role that can be new.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs({ code, retryable }: AgentRolesError, failing: Failing): number {
  const { attempt, isNew = false, validMs, random } = failing;
  const canBeNew = isNew && NEW_ROLE_CODES.has(code) && attempt <= NEW_ROLE_TRIES;
  if (!retryable && !canBeNew && !REPAIRED_HERE.has(code)) return CONFIGURATION_DELAY_MS;
  const ceilings = [LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1)];
  if (validMs !== undefined && validMs > 0) ceilings.push(Math.max(FIRST_DELAY_MS, validMs / TRIES_LEFT));
  return random() * Math.min(...ceilings);
}
