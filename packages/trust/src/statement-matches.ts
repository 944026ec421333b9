import { matchesResource } from "./arn-pattern.ts";
import type { Arn } from "./arn.ts";
import type { CallerIdentity } from "./caller-identity.ts";
import { conditionMatches } from "./condition/condition-matches.ts";
import { asList, quote } from "./json.ts";
import { resolveVariables } from "./policy-variables.ts";
import { whyNobody } from "./principal-misses.ts";
import { matchingPrincipals, principalTruth, type PrincipalMatch } from "./principal-matches.ts";
import type { RequestContext } from "./request-context.ts";
import type { Statement } from "./statement.ts";
import { anyOf, no, not, unknown, YES, type Match, type Truth } from "./truth.ts";
import { matchesWildcard } from "./wildcard.ts";

/** One of the actions that a call needs, with all that decides about it. */
export interface Question {
  readonly action: string;
  readonly caller: CallerIdentity;
  readonly role: Arn;
  readonly context: RequestContext;
  /** What was found about `Resource`: it is the same for all actions of a call, and a list may hold hundreds. */
  readonly resources: Map<Statement, Match>;
}

/** Whether a statement is about the question. */
export interface StatementMatch {
  readonly statement: Statement;
  readonly match: Match;
  /** How many of its elements fit before one did not: the nearest miss has the most. */
  readonly nearness: number;
  /** The principals that name the caller; in policies with a `Principal` only. */
  readonly principals: readonly PrincipalMatch[];
}

/** Matches a statement element by element: principal, action, resource, condition; the first misfit is the reason. */
export function matchStatement(statement: Statement, question: Question): StatementMatch {
  const principals = namedPrincipals(statement, question);
  const elements = [
    (): Match => defects(statement),
    (): Match => principalMatches(statement, principals, question.caller),
    (): Match => actionMatches(statement, question.action),
    (): Match => onceResourceMatches(statement, question),
    (): Match => conditionMatches(statement.elements["Condition"], statement.source.version, question.context),
  ];
  let match = YES;
  let nearness = 0;
  for (const element of elements) {
    const next = element();
    if (next.truth === "no") return { statement, match: next, nearness, principals };
    if (next.truth === "unknown" && match.truth === "yes") match = next;
    nearness++;
  }
  return { statement, match, nearness, principals };
}

function defects({ defect, effect, elements }: Statement): Match {
  if (defect !== undefined) return unknown(defect);
  // AWS rejects NotPrincipal in a trust policy. Read as "everybody" it may block a call but never lets one through.
  if (elements["NotPrincipal"] !== undefined && effect === "Allow")
    return unknown("AWS rejects NotPrincipal in a trust policy");
  return YES;
}

function namedPrincipals({ elements }: Statement, { caller }: Question): readonly PrincipalMatch[] {
  const { Principal: element, NotPrincipal: excluded } = elements;
  if (excluded !== undefined) return [{ kind: "everyone", truth: "yes", principal: "NotPrincipal" }];
  return element === undefined ? [] : matchingPrincipals(element, caller);
}

function principalMatches(
  { elements }: Statement,
  principals: readonly PrincipalMatch[],
  caller: CallerIdentity,
): Match {
  const { Principal: element, NotPrincipal: excluded } = elements;
  if (element === undefined && excluded === undefined) return YES;
  if (element !== undefined && excluded !== undefined) return unknown("it has both Principal and NotPrincipal");
  const truth = principalTruth(principals);
  if (truth === "yes") return YES;
  if (truth === "no") return no(whyNobody(element, caller));
  return unknown(principals.find((principal) => principal.why !== undefined)?.why ?? "the principal cannot be read");
}

function actionMatches({ elements }: Statement, action: string): Match {
  const { Action: wanted, NotAction: excluded } = elements;
  const name = wanted === undefined ? "NotAction" : "Action";
  const list = wanted ?? excluded;
  if (list === undefined) return YES;
  if (wanted !== undefined && excluded !== undefined) return unknown("it has both Action and NotAction");
  const truth = anyOf(
    asList(list).map((pattern): Truth => {
      if (typeof pattern !== "string") return "unknown";
      return matchesWildcard(pattern.toLowerCase(), action.toLowerCase()) ? "yes" : "no";
    }),
  );
  return listMatch(name, list, truth, action);
}

function onceResourceMatches(statement: Statement, question: Question): Match {
  const { resources } = question;
  const match = resources.get(statement) ?? resourceMatches(statement, question);
  resources.set(statement, match);
  return match;
}

function resourceMatches(statement: Statement, { role, context }: Question): Match {
  // Where a trust policy has one, its defect has been noted already; the role itself is the only resource.
  if (statement.source.policy === "trust policy") return YES;
  const { Resource: wanted, NotResource: excluded } = statement.elements;
  const name = wanted === undefined ? "NotResource" : "Resource";
  const list = wanted ?? excluded;
  if (list === undefined) return YES;
  if (wanted !== undefined && excluded !== undefined) return unknown("it has both Resource and NotResource");
  const covers = (pattern: unknown): Truth => {
    if (typeof pattern !== "string") return "unknown";
    const resolved = resolveVariables(pattern, statement.source.version, context);
    switch (resolved.state) {
      case "text":
        return matchesResource(resolved.pattern, role.text) ? "yes" : "no";
      case "missing":
        return excluded === undefined ? "no" : "unknown";
      case "unknown":
        return "unknown";
    }
  };
  return listMatch(name, list, firstYes(asList(list), covers), role.text);
}

/** {@link anyOf}, asked one after the other up to the first yes: a list may hold hundreds. */
function firstYes<Item>(items: readonly Item[], judge: (item: Item) => Truth): Truth {
  let result: Truth = "no";
  for (const item of items) {
    const truth = judge(item);
    if (truth === "yes") return truth;
    if (truth === "unknown") result = truth;
  }
  return result;
}

function listMatch(name: string, list: unknown, listed: Truth, asked: string): Match {
  const truth = name.startsWith("Not") ? not(listed) : listed;
  if (truth === "yes") return YES;
  if (truth === "unknown") return unknown(`${name} ${quote(list)} cannot be compared with ${asked}`);
  return no(`${name} ${quote(list)} ${name.startsWith("Not") ? "excludes" : "does not cover"} ${asked}`);
}
