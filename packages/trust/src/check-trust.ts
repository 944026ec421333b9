import type { Expectation, ExpectationResult } from "./access/expectation.ts";
import { proveExpectations } from "./access/prove-expectations.ts";
import { applySuppressions, type Suppressed } from "./findings/apply-suppressions.ts";
import { runRules } from "./findings/run-rules.ts";
import { SEVERITIES } from "./severity.ts";
import type { Finding, SourceLocation, Suppression, TrustContext, TrustRole } from "./trust-model.ts";

export interface TrustCheckInput {
  readonly roles: readonly TrustRole[];
  readonly context?: TrustContext;
  /** Each with the place where it is written, which is shown when no role breaks it. */
  readonly expectations?: readonly (Expectation & { readonly location?: SourceLocation })[];
  readonly suppressions?: readonly Suppression[];
}

/** Findings are sorted, the worst first; those of expectations that do not hold are among them. */
export interface TrustCheck extends Suppressed {
  readonly expectations: readonly ExpectationResult[];
}

/**
 * Checks the trust of a set of roles: runs the rules, proves the expectations, takes out what is suppressed. The command
 * `check`, synthesis and the MCP server all use it.
 */
export function checkTrust({ roles, context, expectations = [], suppressions = [] }: TrustCheckInput): TrustCheck {
  const stated = expectations.map((each): Expectation => {
    const { location: _, ...expectation } = each;
    return expectation;
  });
  const results = proveExpectations(stated, roles, context).map((result, i): ExpectationResult => {
    const location = expectations[i]?.location;
    const { finding, counterExample } = result;
    return finding && location && !counterExample ? { ...result, finding: { ...finding, location } } : result;
  });
  const broken = results.flatMap(({ finding }) => finding ?? []);
  const { findings, ...rest } = applySuppressions([...broken, ...runRules(roles, context)], suppressions);
  return { ...rest, findings: findings.toSorted(worstFirst), expectations: results };
}

function worstFirst(a: Finding, b: Finding): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}
