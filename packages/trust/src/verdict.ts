import type { PolicyKind } from "./assume-role-request.ts";
import { matchStatement, type Question, type StatementMatch } from "./statement-matches.ts";
import type { Statement } from "./statement.ts";
import { anyOf, type Truth } from "./truth.ts";

/** What the policies of one kind say together. */
export interface Verdict {
  readonly policy: PolicyKind;
  readonly matches: readonly StatementMatch[];
  readonly allows: Truth;
  /** Whether a Deny applies; it wins over every Allow. */
  readonly denies: Truth;
}

/** Judges the statements of one kind of policy. A statement of unknown effect may be either. */
export function judge(policy: PolicyKind, statements: readonly Statement[], question: Question): Verdict {
  const matches = statements.map((statement) => matchStatement(statement, question));
  const truths = (other: "Allow" | "Deny"): Truth =>
    anyOf(matches.map(({ statement, match }) => (statement.effect === other ? "no" : match.truth)));
  return { policy, matches, allows: truths("Deny"), denies: truths("Allow") };
}
