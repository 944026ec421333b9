import { asList, isRecord, quote } from "@agent-roles/iam";
import type { PolicyDocument, UnknownValue } from "@agent-roles/trust";

type Deny = Readonly<Record<string, unknown>>;

/** A policy document of one world without the Deny statements that another world does not have. */
export interface LastingDocument {
  readonly document: PolicyDocument;
  /** Where each statement went; `undefined` for one that was taken out. */
  readonly indexes: readonly (number | undefined)[];
  /** What was taken out; paths begin in the document. */
  readonly unknowns: readonly UnknownValue[];
}

/**
 * Takes out the Deny statements that are not there in every world: where one is missing, it holds nobody back. Those that
 * differ only in what a negated operator lists become one that lists it all, for that is what every one of them denies.
 *
 * @param worlds the policies of one kind in each world.
 * @returns `undefined` when all worlds deny the same.
 */
export function lastingDenies(
  worlds: readonly (readonly PolicyDocument[])[],
): readonly (readonly LastingDocument[])[] | undefined {
  const denies = worlds.map((documents) => documents.flatMap(statementsOf).filter(isDeny));
  if (new Set(denies.map((each) => JSON.stringify(each))).size < 2) return undefined;
  const lasting = inEveryWorld(denies);
  return worlds.map((documents) => documents.map((document) => keepLasting(document, lasting)));
}

function keepLasting(document: PolicyDocument, lasting: (deny: Deny) => Deny | undefined): LastingDocument {
  const statements: unknown[] = [];
  const unknowns: UnknownValue[] = [];
  const indexes = statementsOf(document).map((statement) => {
    const kept = isDeny(statement) ? lasting(statement) : statement;
    if (kept !== undefined) return statements.push(kept) - 1;
    const assumed = "that it denies nothing: it is not there however the undecided conditions turn out";
    unknowns.push({ path: "Statement", expression: quote(statement), assumed });
    return undefined;
  });
  return { document: { ...document, Statement: statements }, indexes, unknowns };
}

function statementsOf({ Statement: statements }: PolicyDocument): readonly unknown[] {
  return statements === undefined ? [] : asList(statements);
}

function isDeny(statement: unknown): statement is Deny {
  return isRecord(statement) && statement["Effect"] === "Deny";
}

/** What a Deny of one world is in all of them. */
function inEveryWorld(worlds: readonly (readonly Deny[])[]): (deny: Deny) => Deny | undefined {
  const texts = worlds.map((denies) => new Set(denies.map((deny) => JSON.stringify(deny))));
  const isEverywhere = (deny: Deny): boolean => texts.every((each) => each.has(JSON.stringify(deny)));
  // Of two with the same form in one world one is enough: a Deny too few hides nothing.
  const forms = worlds.map((denies) => {
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
    if (!/not/iu.test(operator) || !isRecord(keys)) return [operator, keys];
    return [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, change(values, operator, key)])),
    ];
  });
  return { ...deny, Condition: Object.fromEntries(changed) };
}
