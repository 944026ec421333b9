import { parseArn } from "./arn.ts";
import { parseOperator } from "./conditions/operators.ts";
import { findDefects, whyUnreadable, whyUnreadableDocument } from "./defects.ts";
import { asList, isRecord, quote, textOf } from "./json.ts";
import { memoize } from "./memoize.ts";
import {
  PARSED,
  type Condition,
  type Defect,
  type PatternElement,
  type Place,
  type Policy,
  type PolicyKind,
  type Principal,
  type PrincipalElement,
  type Statement,
} from "./policy.ts";
import { isUnresolved } from "./unresolved.ts";

/**
 * Parses a policy document, whatever the JSON. What cannot be read stays in the model as unknown, so that it shows up in
 * every decision that it could change.
 *
 * @returns the typed policy and all that AWS rejects in it. Never throws.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(
  json: unknown,
  kind: PolicyKind,
): { readonly policy: Policy; readonly defects: readonly Defect[] } {
  const policy = readPolicy(json, kind);
  return { policy, defects: defectsOf(policy) };
}

const defectsOf = memoize(findDefects);

const kept = new WeakMap<object, Map<PolicyKind, Policy>>();

/**
 * {@link parsePolicy} without the defects. An object is parsed once for each kind: do not change it afterwards. What is
 * parsed already stays as it is.
 */
export function readPolicy(json: unknown, kind: PolicyKind): Policy {
  if (typeof json !== "object" || json === null) return parse(json, kind);
  if (isPolicy(json)) return json;
  const kinds = kept.get(json) ?? new Map<PolicyKind, Policy>();
  kept.set(json, kinds);
  const policy = kinds.get(kind) ?? parse(json, kind);
  kinds.set(kind, policy);
  return policy;
}

/** A policy of statements that are parsed already. */
export function policyOf(kind: PolicyKind, statements: readonly Statement[]): Policy {
  return { [PARSED]: true, kind, statements };
}

function isPolicy(value: object): value is Policy {
  return PARSED in value;
}

function parse(json: unknown, kind: PolicyKind): Policy {
  const document = isRecord(json) ? json : {};
  const { Version: version, Statement: body = [] } = document;
  const unreadable = isRecord(json) ? whyUnreadableDocument(json) : `it is ${quote(json)}, not an object`;
  if (unreadable !== undefined) {
    return policyOf(kind, [{ ...EMPTY, kind, version, label: undefined, place: [], unreadable }]);
  }
  const statements = asList(body).map((each, index): Statement => {
    const place = Array.isArray(body) ? ["Statement", index] : ["Statement"];
    if (isRecord(each)) return parseStatement(each, index, { kind, version, place });
    const why = `it is ${quote(each)}, not an object`;
    return { ...EMPTY, kind, version, label: index, place, unreadable: why };
  });
  return policyOf(kind, statements);
}

const EMPTY = {
  sid: undefined,
  effect: undefined,
  principal: undefined,
  action: undefined,
  resource: undefined,
  conditions: [],
};

function parseStatement(
  json: Readonly<Record<string, unknown>>,
  index: number,
  source: Pick<Statement, "kind" | "version" | "place">,
): Statement {
  const { Sid: sid, Effect: effect, Condition: condition } = json;
  return {
    ...source,
    label: typeof sid === "string" && sid !== "" ? sid : index,
    sid,
    effect: effect === "Allow" || effect === "Deny" ? effect : undefined,
    principal: parsePrincipals(json, source.place),
    action: parsePatterns(json, "Action", source.place),
    resource: parsePatterns(json, "Resource", source.place),
    conditions: condition === undefined ? [] : parseConditions(condition, [...source.place, "Condition"]),
    unreadable: whyUnreadable(json, source.kind),
  };
}

function parsePatterns(
  json: Readonly<Record<string, unknown>>,
  base: "Action" | "Resource",
  within: Place,
): PatternElement | undefined {
  const negated = json[base] === undefined;
  const name = negated ? (`Not${base}` as const) : base;
  const written = json[name];
  if (written === undefined) return undefined;
  // With both elements nobody knows what the statement is about.
  const given = !negated && json[`Not${base}`] !== undefined ? [undefined] : asList(written);
  const values = given.filter((each) => typeof each === "string");
  return { name, negated, values, partial: values.length < given.length, written, place: [...within, name] };
}

function parsePrincipals(json: Readonly<Record<string, unknown>>, within: Place): PrincipalElement | undefined {
  const negated = json["Principal"] === undefined;
  const name = negated ? "NotPrincipal" : "Principal";
  const written = json[name];
  if (written === undefined) return undefined;
  const place = [...within, name];
  const both = !negated && json["NotPrincipal"] !== undefined;
  const values = both ? [parsePrincipal("AWS", written, place, false)] : [...readPrincipals(written, place)];
  return { name, negated, values, written, place };
}

function* readPrincipals(written: unknown, place: Place): Iterable<Principal> {
  if (!isRecord(written)) {
    yield parsePrincipal("AWS", written, place, written === "*");
    return;
  }
  for (const [type, values] of Object.entries(written)) {
    for (const [i, value] of asList(values).entries()) {
      const at = Array.isArray(values) ? [...place, type, i] : [...place, type];
      const known = type === "AWS" || type === "Service" || type === "Federated" || type === "CanonicalUser";
      yield parsePrincipal(type, value, at, known && typeof value === "string");
    }
  }
}

function parsePrincipal(type: string, written: unknown, place: Place, readable: boolean): Principal {
  const value = textOf(written);
  const arn = parseArn(value);
  // A template's own account, before it is known.
  const digits = /^(?:\d{12}|\$\{AWS\.AccountId\})$/.test(value);
  const account = type === "AWS" ? (digits ? value : arn?.account) : undefined;
  return {
    type,
    value,
    readable,
    arn,
    account: account === undefined || isUnresolved(account) ? undefined : account,
    wholeAccount:
      type === "AWS" && (digits || isUnknownAccount(value) || (arn?.service === "iam" && arn.resource === "root")),
    place,
  };
}

/** `${Name}` alone is a parameter whose value is unknown offline: an account, unless its name says that it is an ARN. */
function isUnknownAccount(value: string): boolean {
  return /^\$\{[^{}:]+\}$/.test(value) && !/arn/i.test(value);
}

function parseConditions(json: unknown, place: Place): readonly Condition[] {
  if (!isRecord(json)) return [unreadableCondition("", place, `Condition ${quote(json)} is not an object`)];
  return Object.entries(json).flatMap(([written, keys]) => {
    const at = [...place, written];
    if (isRecord(keys)) return Object.entries(keys).map(([name, values]) => parseCondition(written, name, values, at));
    return [unreadableCondition(written, at, `Condition ${written} holds ${quote(keys)} instead of an object`)];
  });
}

function parseCondition(written: string, name: string, json: unknown, within: Place): Condition {
  const given = asList(json);
  const values = given.filter((value) => /^(?:string|number|boolean)$/.test(typeof value)).map(String);
  const use = parseOperator(written);
  const what = `Condition ${written} ${name}`;
  const unreadable =
    use.operator === undefined
      ? `${what}: ${quote(written)} is not an operator that is known here`
      : values.length < given.length
        ? `${what}: ${quote(json)} is not a text, a number, a boolean or a list of them`
        : undefined;
  return { ...use, written, name, key: name.toLowerCase(), values, place: [...within, name], unreadable };
}

function unreadableCondition(written: string, place: Place, unreadable: string): Condition {
  return { ...parseOperator(written), written, name: "", key: "", values: [], place, unreadable };
}
