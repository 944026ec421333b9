import type { AgentRolesError, ErrorCode } from "../agent-roles-error.ts";

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** What a person must repair in AWS is asked again only now and then, so that a repaired trust heals alone. */
const REPAIR_DELAY_MS = 5 * 60_000;

/** What a person repairs on this machine, such as a new login, is noticed within a minute. */
const REPAIRED_HERE: ReadonlySet<ErrorCode> = new Set(["MasterCredentialsExpired", "MasterCredentialsInvalid"]);

/**
 * How long to wait after a failure: full jitter that doubles from one second to a minute, five minutes for what only a
 * person can repair in AWS.
 *
 * @param attempt - failures in a row, 1 for the first.
 * @param random - from 0 to 1.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs({ code, retryable }: AgentRolesError, attempt: number, random: () => number): number {
  if (!retryable && !REPAIRED_HERE.has(code)) return REPAIR_DELAY_MS;
  return random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
}
