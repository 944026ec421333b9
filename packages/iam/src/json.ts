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
