import type { PolicyKind } from "./assume-role-request.ts";
import { asList, isRecord, quote } from "./json.ts";
import { documentDefect, statementDefect } from "./statement-defect.ts";

/** The document that a statement stands in. */
interface PolicySource {
  readonly policy: PolicyKind;
  /** Which one, in words: `the trust policy`, `identity policy 1`. */
  readonly place: string;
  readonly version: unknown;
}

/** One statement of a policy document. */
export interface Statement {
  readonly source: PolicySource;
  /** Its `Sid`, or its index in the document; `undefined` when the document as a whole cannot be read. */
  readonly label: string | number | undefined;
  /** `undefined` when the statement says neither `Allow` nor `Deny`: it may be either. */
  readonly effect: "Allow" | "Deny" | undefined;
  readonly elements: Readonly<Record<string, unknown>>;
  /** Why AWS rejects such a statement; what it would do is not known then. */
  readonly defect: string | undefined;
}

/**
 * Reads a policy document tolerantly: one statement or a list. What is not a statement becomes one with a `defect`, so
 * that it shows up in the decision.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function readStatements(document: unknown, policy: PolicyKind, place: string): readonly Statement[] {
  const given = isRecord(document) ? document : {};
  const source: PolicySource = { policy, place, version: given["Version"] };
  const defect = isRecord(document) ? documentDefect(document) : notAnObject(document);
  if (defect !== undefined) return [unreadable(source, undefined, defect)];
  const { Statement: body = [] } = given;
  return asList(body).map((elements, index) =>
    isRecord(elements) ? readStatement(source, index, elements) : unreadable(source, index, notAnObject(elements)),
  );
}

function readStatement(source: PolicySource, index: number, elements: Statement["elements"]): Statement {
  const { Sid: sid, Effect: effect } = elements;
  return {
    source,
    label: typeof sid === "string" && sid !== "" ? sid : index,
    effect: effect === "Allow" || effect === "Deny" ? effect : undefined,
    elements,
    defect: statementDefect(elements, source.policy),
  };
}

function unreadable(source: PolicySource, label: number | undefined, defect: string): Statement {
  return { source, label, effect: undefined, elements: {}, defect };
}

function notAnObject(value: unknown): string {
  return `it is ${quote(value)}, not an object`;
}
