import { matchesResource } from "./arn-pattern.ts";
import type { CallerIdentity } from "./caller-identity.ts";
import { conditionsMatch } from "./conditions/condition-matches.ts";
import { quote } from "./json.ts";
import { memoize } from "./memoize.ts";
import type { PatternElement, Statement } from "./policy.ts";
import { resolveVariables } from "./policy-variables.ts";
import {
  explainPrincipalMismatch,
  matchingPrincipals,
  principalTruth,
  type PrincipalMatch,
} from "./principal-matches.ts";
import type { RequestContext } from "./request-context.ts";
import { no, not, unknown, YES, type Match, type Truth } from "./truth.ts";
import { literalPrefix, matchesWildcard } from "./wildcard.ts";

/** One action on one resource, with all that decides about it. */
export interface ActionRequest {
  readonly action: string;
  readonly caller: CallerIdentity;
  /** Its ARN. */
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: RequestContext;
  /** What was found about `Resource`: it is the same for all actions of a call, and a list can hold hundreds. */
  readonly resources: Map<Statement, Match>;
}

/** Whether a statement applies to the request. */
export interface StatementMatch {
  readonly statement: Statement;
  /** The policy that holds it, in words: `the trust policy`, `identity policy 1`. */
  readonly policyName: string;
  readonly match: Match;
  /** How many of its elements fit before one did not: the nearest miss has the most. */
  readonly nearness: number;
  /** The principals that name the caller; in policies with a `Principal` only. */
  readonly principals: readonly PrincipalMatch[];
}

/** Matches a statement element by element: principal, action, resource, condition; the first misfit is the reason. */
export function matchStatement(
  statement: Statement,
  request: ActionRequest,
): Pick<StatementMatch, "match" | "nearness" | "principals"> {
  const principals = statement.principal ? matchingPrincipals(statement.principal, request.caller) : [];
  const elements = [
    (): Match => isReadable(statement),
    (): Match => principalMatches(statement, principals, request.caller),
    (): Match => actionMatches(statement, request.action),
    (): Match => onceResourceMatches(statement, request),
    (): Match => conditionsMatch(statement.conditions, statement.version, request.context),
  ];
  let match = YES;
  let nearness = 0;
  for (const element of elements) {
    const next = element();
    if (next.truth === "no") return { match: next, nearness, principals };
    if (next.truth === "unknown" && match.truth === "yes") match = next;
    nearness++;
  }
  return { match, nearness, principals };
}

/** Whether a statement is about an action, by its `Action` or `NotAction`; unknown for values that are no text. */
export function coversAction({ action: element }: Pick<Statement, "action">, action: string): Truth {
  if (!element) return "yes";
  const asked = action.toLowerCase();
  return listMatches(element, (pattern) => (matchesWildcard(pattern.toLowerCase(), asked) ? "yes" : "no"));
}

function isReadable({ unreadable, effect, principal }: Statement): Match {
  if (unreadable !== undefined) return unknown(unreadable);
  if (principal?.negated && effect === "Allow") return unknown("AWS rejects NotPrincipal with Allow");
  return YES;
}

function principalMatches({ principal }: Statement, matches: readonly PrincipalMatch[], caller: CallerIdentity): Match {
  if (principal === undefined) return YES;
  const truth = principalTruth(matches);
  if (truth === "yes") return YES;
  if (truth === "no") return no(explainPrincipalMismatch(principal, caller));
  return unknown(matches.find((each) => each.why !== undefined)?.why ?? "the principal cannot be read");
}

function actionMatches(statement: Statement, action: string): Match {
  return statement.action ? toMatch(statement.action, coversAction(statement, action), action) : YES;
}

function onceResourceMatches(statement: Statement, request: ActionRequest): Match {
  const match = request.resources.get(statement) ?? resourceMatches(statement, request);
  request.resources.set(statement, match);
  return match;
}

function resourceMatches({ kind, version, resource: element }: Statement, { resource, context }: ActionRequest): Match {
  // Where a trust policy has one, it is unreadable already; the role itself is the only resource.
  if (kind === "trust policy" || element === undefined) return YES;
  const prefixes = prefixesOf(element);
  const truth = listMatches(element, (pattern): Truth => {
    if (!resource.startsWith(prefixes.get(pattern) ?? "")) return "no";
    const resolved = resolveVariables(pattern, version, context);
    switch (resolved.state) {
      case "text":
        return matchesResource(resolved.pattern, resource) ? "yes" : "no";
      case "absent":
        return element.negated ? "unknown" : "no";
      case "unknown":
        return "unknown";
    }
  });
  return toMatch(element, truth, resource);
}

/** Of hundreds of patterns nearly all begin otherwise than the resource. */
const prefixesOf = memoize(
  ({ values }: PatternElement): ReadonlyMap<string, string> =>
    new Map(values.map((each) => [each, literalPrefix(each)])),
);

/** Asks one value after the other up to the first yes: a list can hold hundreds. */
function listMatches({ values, partial, negated }: PatternElement, matches: (pattern: string) => Truth): Truth {
  let listed: Truth = partial ? "unknown" : "no";
  for (const value of values) {
    const truth = matches(value);
    if (truth !== "no") listed = truth;
    if (truth === "yes") break;
  }
  return negated ? not(listed) : listed;
}

function toMatch({ name, negated, written }: PatternElement, truth: Truth, asked: string): Match {
  if (truth === "yes") return YES;
  if (truth === "unknown") return unknown(`${name} ${quote(written)} cannot be compared with ${asked}`);
  return no(`${name} ${quote(written)} ${negated ? "excludes" : "does not cover"} ${asked}`);
}
