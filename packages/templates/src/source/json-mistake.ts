/** The first mistake of a text that is not JSON. */
export interface JsonMistake {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** What stands there and what should. */
  readonly message: string;
}

const TOKEN =
  // oxlint-disable-next-line no-control-regex -- JSON takes none in a text
  /[ \t\n\r]*(?:([{}[\],:])|("[^"\\\u0000-\u001F]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001F]*)*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/uy;

type Expected = "a value" | "a value or ]" | "a key or }" | "a key" | ":" | ", or ]" | ", or }" | "the end";

/**
 * Finds the first mistake of a text that JSON.parse refuses, whose own message does not always tell the place. One pass,
 * nothing built: 5 MB take tens of milliseconds.
 */
export function jsonMistake(text: string): JsonMistake {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "a value";
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const [whole, sign, string] = TOKEN.exec(text) ?? [];
    const next: Expected | undefined =
      whole === undefined ? undefined : after(expected, sign, string !== undefined, open);
    if (whole === undefined || next === undefined) return mistakeAt(text, at, expected);
    at += whole.length;
    expected = next;
  }
}

/** What is expected after a token; `undefined` when the token itself is not expected. */
function after(
  expected: Expected,
  sign: string | undefined,
  isString: boolean,
  open: ("{" | "[")[],
): Expected | undefined {
  const closed = (): Expected => {
    const outer = open.at(-1);
    if (outer === undefined) return "the end";
    return outer === "{" ? ", or }" : ", or ]";
  };
  const isClosing = (sign === "}" && /[}]$/u.test(expected)) || (sign === "]" && expected.endsWith("]"));
  if (isClosing) {
    open.pop();
    return closed();
  }
  switch (expected) {
    case "a key":
    case "a key or }":
      return isString ? ":" : undefined;
    case ":":
      return sign === ":" ? "a value" : undefined;
    case ", or }":
      return sign === "," ? "a key" : undefined;
    case ", or ]":
      return sign === "," ? "a value" : undefined;
    case "a value":
    case "a value or ]":
      if (sign === undefined) return closed();
      if (sign !== "{" && sign !== "[") return undefined;
      open.push(sign);
      return sign === "{" ? "a key or }" : "a value or ]";
    case "the end":
      return undefined;
  }
}

function mistakeAt(text: string, at: number, expected: Expected): JsonMistake {
  const place = at + (/^[ \t\n\r]*/u.exec(text.slice(at))?.[0].length ?? 0);
  const before = text.slice(0, place);
  const line = before.split("\n").length;
  const column = place - before.lastIndexOf("\n");
  const found =
    place >= text.length ? "the end of the file" : JSON.stringify(String.fromCodePoint(text.codePointAt(place) ?? 0));
  return { line, column, message: `expected ${expected}, found ${found}` };
}
