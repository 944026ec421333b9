import { asList, valueAt } from "@agent-roles/iam";
import type { PolicyDocument, UnknownValue } from "@agent-roles/trust";
import { policyFromText } from "../role-builder.ts";
import { plain } from "./plain-address.ts";
import { objects, type PlanResource } from "./plan-resources.ts";

type JsonObject = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/**
 * The policy of an `aws_iam_policy_document` that Terraform reads during apply, because a part of it is known only then.
 * What is not known reads `${…}`.
 *
 * @param arnsAt - the ARNs that an argument of the configuration refers to.
 * @see https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
 */
export function deferredDocument(
  { address, values, unknown = {} }: PlanResource,
  arnsAt: (path: Path) => readonly string[],
): DeferredDocument {
  const unknowns: UnknownValue[] = [];
  const placeholder = (path: Path): string => {
    const expression = [address, ...path].join(".");
    const [, index, argument = ""] = path;
    const element = ELEMENTS.get(String(argument)) ?? "";
    unknowns.push({
      path: `Statement[${index ?? ""}]${element}`,
      expression,
      assumed: "nothing (known after apply)",
    });
    return `\${${plain(expression)}}`;
  };
  const isUnknown = (path: Path): boolean => valueAt(unknown, path) === true;
  const textAt = (path: Path, byDefault: string): string => {
    const text = valueAt(values, path);
    if (typeof text === "string") return text;
    return isUnknown(path) ? placeholder(path) : byDefault;
  };
  /** Elements that are not known are `null`. */
  const listAt = (path: Path, known: readonly string[] = []): readonly string[] => {
    const list = valueAt(values, path);
    if (!Array.isArray(list)) return isUnknown(path) ? (known.length > 0 ? known : [placeholder(path)]) : [];
    const left = list.filter((text) => typeof text !== "string").length === known.length ? [...known] : [];
    // `&{…}` is a policy variable.
    return list.map((text: unknown) =>
      typeof text === "string" ? text.replaceAll("&{", "${") : (left.shift() ?? placeholder(path)),
    );
  };
  const principalsAt = (path: Path): unknown => {
    const byType = new Map<string, string[]>();
    for (const i of objects(valueAt(values, path)).keys()) {
      const type = textAt([...path, i, "type"], "*");
      const identifiers = [...path, i, "identifiers"];
      byType.set(type, [...(byType.get(type) ?? []), ...listAt(identifiers, arnsAt(identifiers))]);
    }
    return byType.has("*") ? "*" : Object.fromEntries(byType);
  };
  const conditionsAt = (path: Path): JsonObject => {
    const operators = new Map<string, Map<string, readonly string[]>>();
    for (const i of objects(valueAt(values, path)).keys()) {
      const operator = textAt([...path, i, "test"], "");
      const keys = operators.get(operator) ?? new Map<string, readonly string[]>();
      operators.set(operator, keys.set(textAt([...path, i, "variable"], ""), listAt([...path, i, "values"])));
    }
    return Object.fromEntries([...operators].map(([operator, keys]) => [operator, Object.fromEntries(keys)]));
  };
  const statementAt = (path: Path): JsonObject => {
    const has = (name: string): boolean => objects(valueAt(values, [...path, name])).length > 0;
    const lists = LISTS.map(([name, element]) => [element, listAt([...path, name])] as const);
    return {
      ...(typeof valueAt(values, [...path, "sid"]) === "string" && { Sid: textAt([...path, "sid"], "") }),
      Effect: textAt([...path, "effect"], "Allow"),
      ...Object.fromEntries(lists.filter(([, list]) => list.length > 0)),
      ...(has("principals") && { Principal: principalsAt([...path, "principals"]) }),
      ...(has("not_principals") && { NotPrincipal: principalsAt([...path, "not_principals"]) }),
      ...(has("condition") && { Condition: conditionsAt([...path, "condition"]) }),
    };
  };
  const { statement: written } = values;
  const own = Array.isArray(written) ? [...written.keys()].map((i) => statementAt(["statement", i])) : [];
  const included = DOCUMENTS.flatMap((name) =>
    listAt([name]).flatMap((text) => asList(policyFromText(text)["Statement"])),
  );
  const Statement = [...own, ...included, ...(isUnknown(["statement"]) ? [placeholder(["statement"])] : [])];
  return { document: { Version: textAt(["version"], "2012-10-17"), Statement }, unknowns };
}

/** A policy, and what is not known of it; paths begin in the document. */
export interface DeferredDocument {
  readonly document: PolicyDocument;
  readonly unknowns: readonly UnknownValue[];
}

const ELEMENTS: ReadonlyMap<string, string> = new Map([
  ["principals", ".Principal"],
  ["condition", ".Condition"],
]);

const LISTS = [
  ["actions", "Action"],
  ["not_actions", "NotAction"],
  ["resources", "Resource"],
  ["not_resources", "NotResource"],
] as const;

/** Documents whose statements become a part of this one. */
const DOCUMENTS = ["source_policy_documents", "override_policy_documents"];
