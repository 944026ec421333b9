/** What a person can read the places of: a value's line by its keys, `["Resources", "Role"]`. */
export type LineOf = (...keys: readonly string[]) => number | undefined;

/** Where the keys of a JSON text stand. */
export interface JsonKeys {
  readonly lineOf: LineOf;
  /** The first key that its object has had before: of the two, JSON.parse drops the first without a word. */
  readonly repeated?: { readonly key: string; readonly line: number };
}

/**
 * The lines of the keys in JSON text, for the two outer levels of objects: `Resources` and each logical id; and whether any
 * key stands twice. The text must be JSON. One pass without building values: a 5 MB template takes tens of milliseconds.
 */
export function jsonKeys(text: string): JsonKeys {
  const lines = new Map<string, number>();
  const path: string[] = [];
  /** The keys so far of each object that is open; a list has none. */
  const open: Set<string>[] = [];
  let repeated: JsonKeys["repeated"];
  let line = 1;
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case NEWLINE:
        line += 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        open.push(new Set());
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        open.pop();
        break;
      case QUOTE: {
        const end = closingQuote(text, i);
        if (isKey(text, end)) {
          const key = plainKey(text.slice(i, end + 1));
          const depth = open.length;
          if (open[depth - 1]?.has(key)) repeated ??= { key, line };
          open[depth - 1]?.add(key);
          if (depth <= 2) {
            path[depth - 1] = key;
            lines.set(path.slice(0, depth).join(), line);
          }
        }
        i = end;
        break;
      }
    }
  }
  return {
    lineOf: (...keys) => lines.get(keys.map((key) => JSON.stringify(key)).join()),
    ...(repeated && { repeated }),
  };
}

const NEWLINE = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i += 1;
    else if (code === QUOTE) return i;
  }
  return text.length;
}

/** A key in quotes as JSON.stringify writes it: the same key may be spelled with escapes. */
function plainKey(key: string): string {
  return key.includes("\\") ? JSON.stringify(JSON.parse(key)) : key;
}

/** A text is a key when a colon follows. */
function isKey(text: string, end: number): boolean {
  let i = end + 1;
  while (i < text.length && text.charCodeAt(i) <= 32) i += 1;
  return text.charCodeAt(i) === COLON;
}
