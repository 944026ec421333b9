import type { PolicyKind } from "./policy.ts";
import type { NamedPolicy } from "./policy-set.ts";
import { matchStatement, type ActionRequest, type StatementMatch } from "./statement-matches.ts";
import { anyOf, type Truth } from "./truth.ts";

/** What the policies of one kind say together. */
export interface PolicyResult {
  readonly kind: PolicyKind;
  readonly matches: readonly StatementMatch[];
  readonly allows: Truth;
  /** Whether a Deny applies; it wins over every Allow. */
  readonly denies: Truth;
}

/** Evaluates policies of one kind. A statement of unknown effect can be either. */
export function evaluatePolicies(
  kind: PolicyKind,
  policies: readonly NamedPolicy[],
  request: ActionRequest,
): PolicyResult {
  const matches = policies.flatMap(({ name, policy }) =>
    policy.statements.map((statement) => ({ statement, policyName: name, ...matchStatement(statement, request) })),
  );
  const truths = (other: "Allow" | "Deny"): Truth =>
    anyOf(matches.map(({ statement, match }) => (statement.effect === other ? "no" : match.truth)));
  return { kind, matches, allows: truths("Deny"), denies: truths("Allow") };
}
