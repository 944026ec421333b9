import { quote } from "./json.ts";
import type { Defect, Policy, PolicyKind, Statement } from "./policy.ts";
import { unknownNames } from "./unknown-aws-names.ts";
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

/** All that AWS rejects in a policy. About a value that is unknown offline nothing is reported. */
export function findDefects({ statements }: Policy): readonly Defect[] {
  return statements.flatMap((statement) => [...defectsOf(statement)]);
}

function* defectsOf(statement: Statement): Iterable<Defect> {
  const { unreadable, label, place } = statement;
  const of = label === undefined ? {} : { statement: label };
  if (unreadable === undefined) {
    for (const defect of unknownNames(statement)) yield { ...defect, ...of };
  } else if (!isUnresolved(unreadable)) {
    yield { code: label === undefined ? "document" : "element", message: unreadable, place, ...of };
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
