import { quote } from "./json.ts";
import type { Defect, Policy, PolicyKind, Statement } from "./policy.ts";
import { actionDefects } from "./action-defects.ts";
import { conditionDefects } from "./condition-defects.ts";
import { principalDefects } from "./principal-defects.ts";
import { isUnresolved } from "./unresolved.ts";

type JsonObject = Readonly<Record<string, unknown>>;

const DOCUMENT_ELEMENTS = new Set(["Version", "Id", "Statement"]);
const STATEMENT_ELEMENTS = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/** Without one it is 2008-10-17. */
const VERSIONS: ReadonlySet<unknown> = new Set(["2012-10-17", "2008-10-17", undefined]);

/**
 * All that AWS rejects in a policy, but for sizes. Values that are unknown offline are not reported.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function findDefects({ kind, statements }: Policy): readonly Defect[] {
  if (statements.length === 0) {
    return [{ code: "document", message: "there is no statement", fix: "add a statement", place: ["Statement"] }];
  }
  return [...statements.flatMap((statement) => [...statementDefects(statement)]), ...sidDefects(kind, statements)];
}

function* statementDefects(statement: Statement): Iterable<Defect> {
  const { unreadable, label, place, resource } = statement;
  const of = label === undefined ? {} : { statement: label };
  if (unreadable !== undefined) {
    if (!isUnresolved(unreadable)) {
      yield { code: label === undefined ? "document" : "element", message: unreadable, place, ...of };
    }
    return;
  }
  for (const find of [principalDefects, actionDefects, conditionDefects]) {
    for (const defect of find(statement)) yield { ...defect, ...of };
  }
  if (resource && !resource.partial && resource.values.length === 0) {
    yield { code: "element", message: `${resource.name} is empty`, place: resource.place, ...of };
  }
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html */
function* sidDefects(kind: PolicyKind, statements: readonly Statement[]): Iterable<Defect> {
  const seen = new Set<unknown>();
  for (const { sid, label, place } of statements) {
    if (sid === undefined || (typeof sid === "string" && isUnresolved(sid))) continue;
    const found = { code: "sid", place: [...place, "Sid"], ...(label !== undefined && { statement: label }) } as const;
    if (typeof sid !== "string" || (kind !== "resource policy" && !/^[A-Za-z0-9]*$/.test(sid))) {
      yield { ...found, message: `Sid ${quote(sid)} has other characters than A-Z, a-z and 0-9`, fix: "rename it" };
    }
    if (sid !== "" && seen.has(sid)) {
      yield { ...found, message: `Sid ${quote(sid)} is there twice`, fix: "give each statement its own Sid" };
    }
    seen.add(sid);
  }
}

/** Why AWS rejects a document, apart from its statements. */
export function whyUnreadableDocument(document: JsonObject): string | undefined {
  const { Version: version } = document;
  if (!VERSIONS.has(version)) return `Version is ${quote(version)}; expected "2012-10-17"`;
  return strangerAmong(document, DOCUMENT_ELEMENTS);
}

/**
 * Why AWS rejects a statement in this kind of policy, whatever its elements hold.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export function whyUnreadable(elements: JsonObject, policy: PolicyKind): string | undefined {
  const stranger = strangerAmong(elements, STATEMENT_ELEMENTS);
  if (stranger !== undefined) return stranger;
  const { Effect: effect } = elements;
  if (effect !== "Allow" && effect !== "Deny") return `Effect is ${quote(effect)}; expected "Allow" or "Deny"`;
  for (const name of ["Action", "Principal", "Resource"]) {
    if (elements[name] !== undefined && elements[`Not${name}`] !== undefined)
      return `it has both ${name} and Not${name}`;
  }
  if (!hasEither(elements, "Action")) return "it has no Action";
  const principal = hasEither(elements, "Principal");
  const resource = hasEither(elements, "Resource");
  switch (policy) {
    case "trust policy":
      if (!principal) return "it has no Principal";
      return resource ? "AWS rejects Resource and NotResource in a trust policy" : undefined;
    case "resource policy":
    case "resource control policy":
      if (!principal) return "it has no Principal";
      return resource ? undefined : "it has no Resource";
    case "identity policy":
    case "permissions boundary":
    case "session policy":
    case "service control policy":
      if (principal) return `AWS rejects Principal and NotPrincipal here`;
      return resource ? undefined : "it has no Resource";
  }
}

/** An element that is only misspelt must not be passed over: a Deny would be lost. */
function strangerAmong(object: JsonObject, known: ReadonlySet<string>): string | undefined {
  for (const name of Object.keys(object)) if (!known.has(name)) return `AWS has no policy element ${quote(name)}`;
  return undefined;
}

function hasEither(elements: JsonObject, name: string): boolean {
  return elements[name] !== undefined || elements[`Not${name}`] !== undefined;
}
