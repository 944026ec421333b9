import type { AssumeRoleAnswer, AssumeRoleRequest } from "../assume-role-request.ts";
import type { Finding } from "../trust-model.ts";

/** The id of the finding about an expectation that does not hold. */
export const EXPECTATION_ID = "expectation";

/** What must hold of one or more AssumeRole calls. */
export interface Expectation {
  /**
   * `*` anybody, `outside-organization`, `outside-accounts` (no role of the organization, of one's own accounts), or a
   * principal: the ARN of a role, a user or a session, a service, an identity provider; `*` and `?` are wildcards.
   */
  readonly from: string;
  /** A role's ARN; `*` and `?` are wildcards. */
  readonly to: string;
  /** What the caller passes. Left out: nothing when it must be allowed, whatever helps when it must be denied. */
  readonly with?: {
    readonly externalId?: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly sourceIdentity?: string;
    readonly sessionName?: string;
  };
  readonly decision: "allowed" | "denied";
}

/** A call that breaks an expectation, ready for `evaluateAssumeRole`. */
export interface CounterExample {
  /** Who calls, for people. */
  readonly caller: string;
  readonly question: AssumeRoleRequest;
  readonly answer: AssumeRoleAnswer;
}

/** Whether an expectation holds. */
export interface ExpectationResult {
  readonly expectation: Expectation;
  readonly holds: boolean;
  /** How many calls were decided. */
  readonly questions: number;
  /** Left out when it holds, and when nothing was there to ask about. */
  readonly counterExample?: CounterExample;
  /** The same as a finding of the id `expectation`, when it does not hold. */
  readonly finding?: Finding;
}
