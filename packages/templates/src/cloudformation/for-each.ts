import { isRecord, itemsOf } from "@agent-roles/iam";
import type { UnknownValue } from "@agent-roles/trust";

type JsonObject = Readonly<Record<string, unknown>>;

/** What a loop goes through, or in words why that is not known offline. */
export type Collection =
  | { readonly items: readonly string[]; readonly assumed: readonly UnknownValue[] }
  | { readonly why: string };

/** The members of an object, its loops unrolled. */
export interface Unrolled {
  readonly entries: readonly Entry[];
  readonly unread: readonly UnreadLoop[];
}

interface Entry {
  readonly key: string;
  readonly value: unknown;
  /** The outermost loop that made it. */
  readonly loop?: string;
  /** Of the collections of its loops, such as a parameter's default. */
  readonly assumed: readonly UnknownValue[];
}

/** A loop whose turns are not known. */
export interface UnreadLoop {
  /** The outermost: `Fn::ForEach::Name`. */
  readonly loop: string;
  /** As written: identifier, collection, body. */
  readonly written: unknown;
  readonly why: string;
}

const PREFIX = "Fn::ForEach::";
/** Characters; CloudFormation takes a million, and loops within loops multiply. */
const MOST_UNROLLED = 20_000_000;

/** Whether a member's name is that of a loop. */
export function isLoop(key: string): boolean {
  return key.startsWith(PREFIX);
}

/**
 * Unrolls the loops among the members of an object: each turn gives the members of the body, the identifier replaced.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
 */
export function unroll(object: JsonObject, collectionOf: (expression: unknown) => Collection): Unrolled {
  const entries: Entry[] = [];
  const unread: UnreadLoop[] = [];
  let left = MOST_UNROLLED;
  const addMembers = (members: JsonObject, made: Pick<Entry, "loop" | "assumed">): void => {
    for (const [key, value] of Object.entries(members)) {
      if (isLoop(key)) addTurns(key, value, made);
      else entries.push({ key, value, ...made });
    }
  };
  const addTurns = (key: string, written: unknown, { loop = key, assumed }: Pick<Entry, "loop" | "assumed">): void => {
    const [identifier, expression, body] = itemsOf(written);
    if (typeof identifier !== "string" || !isRecord(body)) {
      unread.push({ loop, written, why: "it is not an identifier, a collection and an object" });
      return;
    }
    const collection = collectionOf(expression);
    if ("why" in collection) {
      unread.push({ loop, written, why: collection.why });
      return;
    }
    left -= collection.items.length * JSON.stringify(body).length;
    if (left < 0) {
      unread.push({ loop, written, why: `it produces more than ${MOST_UNROLLED} characters` });
      return;
    }
    for (const item of collection.items) {
      const turn = replaceIn(body, identifier, item);
      if (isRecord(turn)) addMembers(turn, { loop, assumed: [...assumed, ...collection.assumed] });
    }
  };
  addMembers(object, { assumed: [] });
  return { entries, unread };
}

/** `${Id}` and `{"Ref": "Id"}` are the item; `&{Id}` is its letters and digits, as logical IDs take no others. */
function replaceIn(value: unknown, identifier: string, item: string): unknown {
  const inText = (text: string): string =>
    text
      .replaceAll(`\${${identifier}}`, () => item)
      .replaceAll(`&{${identifier}}`, () => item.replaceAll(/[^A-Za-z0-9]/gu, ""));
  const inside = (part: unknown): unknown => {
    if (typeof part === "string") return inText(part);
    if (Array.isArray(part)) return part.map(inside);
    if (!isRecord(part)) return part;
    if (part["Ref"] === identifier && Object.keys(part).length === 1) return item;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [inText(key), inside(member)]));
  };
  return inside(value);
}
