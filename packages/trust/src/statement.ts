import { asList, isRecord, quote } from "./json.ts";

/** Which kind of policy a document is: they differ in the elements they take. */
export type PolicyKind =
  | "trust policy"
  | "identity policy"
  | "permissions boundary"
  | "session policy"
  | "service control policy"
  | "resource control policy";

/** One statement, with what it needs to know of its document. */
export interface Statement {
  readonly policy: PolicyKind;
  /** Which document, in words: `the trust policy`, `identity policy 1`. */
  readonly place: string;
  /** Its `Sid`, or its index in the document; left out when the document as a whole cannot be read. */
  readonly label?: string | number;
  /** The document's `Version`. */
  readonly version: unknown;
  /** Left out when the statement does not say, or says neither `Allow` nor `Deny`. */
  readonly effect?: "Allow" | "Deny";
  readonly elements: Readonly<Record<string, unknown>>;
  /** Why AWS rejects such a statement; it may mean anything then. */
  readonly defect?: string;
}

/**
 * Reads a policy document tolerantly: one statement or a list. What is not a statement becomes one with a `defect`, so
 * that it shows up in the decision.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function readStatements(document: unknown, policy: PolicyKind, place: string): readonly Statement[] {
  const source = { policy, place };
  if (!isRecord(document)) return [unreadable(source, `it is ${quote(document)}, not an object`)];
  const { Statement: body = [], Version: version } = document;
  return asList(body).map((elements, label) => {
    if (!isRecord(elements)) return { ...unreadable(source, `it is ${quote(elements)}, not an object`), label };
    return readStatement(elements, { ...source, label, version });
  });
}

type Source = Pick<Statement, "policy" | "place">;

function unreadable(source: Source, defect: string): Statement {
  return { ...source, version: undefined, elements: {}, defect };
}

function readStatement(
  elements: Statement["elements"],
  source: Source & Required<Pick<Statement, "label" | "version">>,
): Statement {
  const { Sid: sid, Effect: effect } = elements;
  const label = typeof sid === "string" && sid !== "" ? sid : source.label;
  const defect = findDefect(elements, source.policy);
  const statement: Statement = { ...source, label, elements, ...(defect === undefined ? {} : { defect }) };
  return effect === "Allow" || effect === "Deny" ? { ...statement, effect } : statement;
}

function findDefect(elements: Readonly<Record<string, unknown>>, policy: PolicyKind): string | undefined {
  const has = (name: string): boolean => elements[name] !== undefined;
  const { Effect: effect } = elements;
  if (effect !== "Allow" && effect !== "Deny") return `Effect is ${quote(effect)}; expected "Allow" or "Deny"`;
  if (!has("Action") && !has("NotAction")) return "it has no Action";
  const principal = has("Principal") || has("NotPrincipal");
  const resource = has("Resource") || has("NotResource");
  switch (policy) {
    case "trust policy":
      if (!principal) return "it has no Principal";
      return resource ? "AWS rejects Resource and NotResource in a trust policy" : undefined;
    case "resource control policy":
      if (!principal) return "it has no Principal";
      return resource ? undefined : "it has no Resource";
    case "identity policy":
    case "permissions boundary":
    case "session policy":
    case "service control policy":
      if (principal) return `a Principal cannot stand in ${policy === "identity policy" ? "an" : "a"} ${policy}`;
      return resource ? undefined : "it has no Resource";
  }
}
