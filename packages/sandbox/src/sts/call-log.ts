import type { Reason } from "@agent-roles/iam";

/** One call of STS. */
export interface StsCall {
  /** `AssumeRole`, `GetCallerIdentity`, … */
  readonly action: string;
  readonly roleArn?: string;
  readonly roleSessionName?: string;
  readonly callerArn?: string;
  /** Of the call, else of the caller's session. */
  readonly sourceIdentity?: string;
  /** `ok`, STS's error code, or `no answer`. */
  readonly outcome: string;
  /** The evaluator's reasons. AWS does not return them to callers. */
  readonly reasons?: readonly Reason[];
  /** Arrival time, in milliseconds since the epoch. */
  readonly at: number;
}

export interface CallLog {
  add(call: StsCall): void;
  all(): readonly StsCall[];
  reset(): void;
}

/** A sandbox can run for days while a daemon polls it. */
const MAX_CALLS = 10_000;

/** Keeps the STS calls, oldest first, at most 10,000. */
export function callLog(): CallLog {
  let calls: StsCall[] = [];
  return {
    add(call) {
      calls.push(call);
      if (calls.length > MAX_CALLS) calls = calls.slice(-MAX_CALLS / 2);
    },
    all: () => [...calls],
    reset() {
      calls = [];
    },
  };
}
