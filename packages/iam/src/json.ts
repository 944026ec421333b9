/** Whether a JSON value is an object with named members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value where it is an object; else one without members. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

/** The value where it is a list; else an empty one. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** AWS accepts one value or a list of them nearly everywhere; this gives the list. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

/** {@link asList} of what can be left out: then the list is empty. */
export function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : asList(value);
}

/** The value at a path of keys and indexes; `undefined` where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (outer, key) =>
      typeof outer === "object" && outer !== null && Object.hasOwn(outer, key) ? Reflect.get(outer, key) : undefined,
    value,
  );
}

/** Gives the first of equal values in place of each: what they share is then held, and read, once. */
export function shared<Value>(): (value: Value) => Value {
  const known = new Map<string, Value>();
  return (value) => {
    const text = JSON.stringify(value);
    const first = known.get(text) ?? value;
    known.set(text, first);
    return first;
  };
}

/** Long values are cut: a reason is for reading. */
const LONGEST_QUOTE = 200;

/** A JSON value as it is shown in a reason. */
export function quote(value: unknown): string {
  const text = toJson(value);
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}

/** A text as it is, anything else as {@link quote} shows it. `String` throws on `{"toString": 1}`. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : quote(value);
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A file can nest deeper than JSON.stringify's recursion goes, though JSON.parse reads it.
    return "a value nested too deeply to show";
  }
}
