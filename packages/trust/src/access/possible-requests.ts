import { lastSegment } from "../arn.ts";
import type { AssumeRoleParameters, Caller, PolicyDocument } from "../assume-role-request.ts";
import { readStatements } from "../statement.ts";
import { type Clause, isNegated, readClauses } from "./clauses.ts";

/** A statement with more keys than this many combinations is not tried further. */
const MOST_COMBINATIONS = 64;
const SESSION_NAME = "any-session";

/** Keys that follow from who calls and which role it is; a request cannot choose them. */
const NOT_OF_THE_REQUEST =
  /^aws:principal|^aws:resource|^iam:resource|^aws:(securetransport|viaawsservice|username|tokenissuetime)$/;
const MFA = /^aws:multifactorauth/;

/**
 * The requests with which a caller would try to get past a trust policy: one for nothing at all, and for each Allow
 * statement those that meet its conditions and avoid the Deny statements', as far as a request can. What the caller
 * might come by (a network address, a token's claims, an external id that stands in the policy) counts as had.
 */
export function possibleRequests(trustPolicy: PolicyDocument, caller: Caller): readonly AssumeRoleParameters[] {
  const statements = readStatements(trustPolicy, "trust policy", "the trust policy").map((statement) => ({
    deny: statement.effect === "Deny",
    clauses: readClauses(statement.elements["Condition"], statement.source.version),
  }));
  const avoided = statements.filter(({ deny }) => deny).flatMap(({ clauses }) => clauses.map(inverse));
  const wanted = statements.filter(({ deny }) => !deny).map(({ clauses }) => clauses);
  const requests = [[], ...wanted].flatMap((clauses) => combine(candidates(clauses, avoided, caller)).map(toRequest));
  return [...new Map(requests.map((request) => [JSON.stringify(request), request])).values()];
}

type Values = string | readonly string[] | undefined;

/** What to try for each key. */
function candidates(
  wanted: readonly Clause[],
  avoided: readonly Clause[],
  caller: Caller,
): ReadonlyMap<string, readonly Values[]> {
  const found = new Map<string, Values[]>();
  for (const [clauses, isWanted] of [[wanted, true] as const, [avoided, false] as const]) {
    for (const clause of clauses) {
      const key = clause.key;
      if (key === "" || NOT_OF_THE_REQUEST.test(key) || (MFA.test(key) && !isUser(caller))) continue;
      const known = found.get(key) ?? (isWanted ? [] : [undefined]);
      found.set(key, [...known, ...satisfying(clause, caller)]);
    }
  }
  return found;
}

/** Values that meet a clause; `undefined` leaves the key out. */
function satisfying(clause: Clause, caller: Caller): Values[] {
  if (clause.operator === "null") return clause.values.map((value) => (value === "true" ? undefined : "x"));
  // Longer than every excluded value, so none of them; patterns that exclude everything are met by nothing.
  if (isNegated(clause)) return [undefined, `x${clause.values.join("")}`];
  const values = clause.values.map((value) => meeting(clause.operator, fillIn(clause, value, caller)));
  const optional = clause.ifExists || clause.set === "forallvalues" ? [undefined] : [];
  const isList = clause.set !== undefined;
  return [...optional, ...(isList ? values.map((value) => [value]) : values), ...(isList ? [values] : [])];
}

/** What a Deny would have to be given so that it does not hold. */
function inverse(clause: Clause): Clause {
  if (clause.operator === "null") {
    return { ...clause, values: clause.values.map((value) => (value === "true" ? "false" : "true")) };
  }
  return isNegated(clause)
    ? { ...clause, operator: clause.operator.replace("not", ""), set: undefined, ifExists: false }
    : { ...clause, operator: "stringnotequals", set: undefined };
}

/** A value that a comparison with the policy's value holds for. */
function meeting(operator: string, value: string): string {
  const beside = operator.includes("less") ? -1 : 1;
  if (/^numeric(less|greater)than$/.test(operator)) return String(Number(value) + beside);
  if (/^date(less|greater)than$/.test(operator)) {
    const time = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
    return Number.isNaN(time) ? value : new Date(time + beside * 86_400_000).toISOString();
  }
  if (operator.endsWith("ipaddress")) return value.split("/")[0] ?? value;
  return operator.endsWith("like") ? value.replaceAll(/[*?]/g, "x") : value;
}

/** Fills in the variables that say who calls; others are taken for a text that the caller can bring about. */
function fillIn({ variables }: Clause, value: string, caller: Caller): string {
  if (!variables) return value;
  return value.replaceAll(/\$\{([^},]+)[^}]*\}/g, (_, name: string) => {
    if (name === "*" || name === "?" || name === "$") return name;
    if (!("arn" in caller)) return "x";
    const key = name.trim().toLowerCase();
    if (key === "aws:username") return lastSegment(caller.arn);
    if (key === "aws:principalaccount") return caller.arn.split(":")[4] ?? "";
    if (key === "aws:principalarn") return caller.principalArn ?? caller.arn;
    const tag = /^aws:principaltag\/(.*)$/.exec(key)?.[1];
    return Object.entries(caller.tags ?? {}).find(([each]) => each.toLowerCase() === tag)?.[1] ?? "x";
  });
}

function isUser(caller: Caller): boolean {
  return "arn" in caller && caller.arn.includes(":user/");
}

function combine(candidateValues: ReadonlyMap<string, readonly Values[]>): ReadonlyMap<string, Values>[] {
  let combinations: ReadonlyMap<string, Values>[] = [new Map()];
  for (const [key, values] of candidateValues) {
    const next = combinations.flatMap((chosen) => values.map((value) => new Map([...chosen, [key, value]])));
    combinations = next.slice(0, MOST_COMBINATIONS);
  }
  return combinations;
}

function toRequest(values: ReadonlyMap<string, Values>): AssumeRoleParameters {
  const context: Record<string, string | readonly string[]> = {};
  const tags: Record<string, string> = {};
  const request: { -readonly [Name in keyof AssumeRoleParameters]: AssumeRoleParameters[Name] } = {
    roleSessionName: SESSION_NAME,
  };
  for (const [key, value] of values) {
    if (value === undefined) continue;
    const text = typeof value === "string" ? value : (value[0] ?? "");
    const list = typeof value === "string" ? [value] : value;
    if (key === "sts:externalid") request.externalId = text;
    else if (key === "sts:rolesessionname") request.roleSessionName = text;
    else if (key === "sts:sourceidentity") request.sourceIdentity = text;
    else if (key === "sts:transitivetagkeys") {
      request.transitiveTagKeys = list;
      for (const each of list) tags[each] ??= "x";
    } else if (key === "aws:tagkeys") for (const each of list) tags[each] ??= "x";
    else if (key.startsWith("aws:requesttag/")) tags[key.slice("aws:requesttag/".length)] = text;
    else context[key] = value;
  }
  if (Object.keys(tags).length > 0) request.sessionTags = tags;
  if (Object.keys(context).length > 0) request.context = context;
  return request;
}
