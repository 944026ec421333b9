import type { Evaluation } from "@agent-roles/iam";
import type { AssumeRoleRequest } from "../assume-role/assume-role-request.ts";
import type { Finding } from "../trust-model.ts";

/** The ID of the finding about an expectation that does not hold. */
export const EXPECTATION_ID = "expectation";

/** What must hold of one or more AssumeRole calls. */
export interface Expectation {
  /**
   * `*` anyone, `outside-organization`, `outside-accounts` (no role of our organization, of our accounts), or a principal:
   * the ARN of a role, a user or a session, a service, an identity provider; `*` and `?` are wildcards.
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

/** A call that breaks an expectation. `check --json` prints it: fields can be added, never renamed. */
export interface CounterExample {
  /** Who calls, for people. */
  readonly caller: string;
  /** Ready for `evaluateAssumeRole` and `agent-roles explain --request`. */
  readonly question: AssumeRoleRequest;
  readonly answer: Evaluation;
}

/** Whether an expectation holds. `check --json` prints it: fields can be added, never renamed. */
export interface ExpectationResult {
  readonly expectation: Expectation;
  readonly holds: boolean;
  /** How many calls were decided. */
  readonly questions: number;
  /** Left out when it holds, and when there was no call to decide. */
  readonly counterExample?: CounterExample;
  /** The same as a finding of the ID `expectation`, when it does not hold. */
  readonly finding?: Finding;
}
