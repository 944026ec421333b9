import { asList, isRecord, listOf, parseOperator, quote } from "@agent-roles/iam";
import type { PolicyDocument, UnknownValue } from "@agent-roles/trust";

type Deny = Readonly<Record<string, unknown>>;

/** A policy document of one variant without the Deny statements that another variant does not have. */
export interface CommonDocument {
  readonly document: PolicyDocument;
  /** Where each statement went; `undefined` for one that was taken out. */
  readonly indexes: readonly (number | undefined)[];
  /** What was taken out; paths begin in the document. */
  readonly unknowns: readonly UnknownValue[];
}

/**
 * Takes out the Deny statements that are not there in every variant: where one is missing, it holds nobody back. Those that differ
 * only in what a negated operator lists become one that lists it all, because every one of them denies that.
 *
 * @param variants the policies of one kind in each variant.
 * @returns `undefined` when all variants deny the same.
 */
export function commonDenies(
  variants: readonly (readonly PolicyDocument[])[],
): readonly (readonly CommonDocument[])[] | undefined {
  const denies = variants.map((documents) => documents.flatMap(({ Statement: each }) => listOf(each)).filter(isDeny));
  if (new Set(denies.map((each) => JSON.stringify(each))).size < 2) return undefined;
  const common = inEveryVariant(denies);
  return variants.map((documents) => documents.map((document) => keepCommon(document, common)));
}

function keepCommon(document: PolicyDocument, common: (deny: Deny) => Deny | undefined): CommonDocument {
  const statements: unknown[] = [];
  const unknowns: UnknownValue[] = [];
  const indexes = listOf(document["Statement"]).map((statement) => {
    const kept = isDeny(statement) ? common(statement) : statement;
    if (kept !== undefined) return statements.push(kept) - 1;
    const assumed = "it denies nothing, because it does not exist for every outcome of the undecided conditions";
    unknowns.push({ path: "Statement", expression: quote(statement), assumed });
    return undefined;
  });
  return { document: { ...document, Statement: statements }, indexes, unknowns };
}

function isDeny(statement: unknown): statement is Deny {
  return isRecord(statement) && statement["Effect"] === "Deny";
}

/** What a Deny of one variant is in all of them. */
function inEveryVariant(variants: readonly (readonly Deny[])[]): (deny: Deny) => Deny | undefined {
  const texts = variants.map((denies) => new Set(denies.map((deny) => JSON.stringify(deny))));
  const isEverywhere = (deny: Deny): boolean => texts.every((each) => each.has(JSON.stringify(deny)));
  // Of two with the same form in one variant one is enough: a Deny too few hides nothing.
  const forms = variants.map((denies) => {
    return new Map(denies.filter((deny) => !isEverywhere(deny)).map((deny) => [formOf(deny), deny]));
  });
  return (deny) => {
    if (isEverywhere(deny)) return deny;
    const alike = forms.map((each) => each.get(formOf(deny)));
    return alike.reduce((all, other) => all && other && listBoth(all, other));
  };
}

/** The statement without what its negated operators list. */
function formOf(deny: Deny): string {
  return JSON.stringify(mapLists(deny, () => []));
}

/** `StringNotEquals: a` and `StringNotEquals: b` both hold when `StringNotEquals: [a, b]` does. */
function listBoth(one: Deny, other: Deny): Deny {
  return mapLists(one, (values, operator, key) => {
    const { Condition: condition } = other;
    const keys = isRecord(condition) ? condition[operator] : undefined;
    const more = isRecord(keys) ? asList(keys[key]) : [];
    return [...new Set([...asList(values), ...more])];
  });
}

function mapLists(deny: Deny, change: (values: unknown, operator: string, key: string) => readonly unknown[]): Deny {
  const { Condition: condition } = deny;
  if (!isRecord(condition)) return deny;
  const changed = Object.entries(condition).map(([operator, keys]): [string, unknown] => {
    if (!parseOperator(operator).operator?.negated || !isRecord(keys)) return [operator, keys];
    return [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, change(values, operator, key)])),
    ];
  });
  return { ...deny, Condition: Object.fromEntries(changed) };
}
