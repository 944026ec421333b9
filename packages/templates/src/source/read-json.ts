import type { Diagnostic } from "@agent-roles/runtime/role-env";
import type { ParseErrorCode } from "jsonc-parser";
import { jsoncParser } from "./libraries.ts";
import { DEEPEST, duplicateKey, type SourceText, type SyntaxErrors } from "./source-text.ts";

/**
 * Reads JSON, with the lines of the keys in the two outer levels of objects: `Resources` and each logical ID.
 *
 * @returns the first mistake where it is not JSON.
 */
export function readJson(text: string, file: string): SourceText | SyntaxErrors {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { errors: [{ file, ...firstMistake(text, error), fix: "correct the syntax, or name another file" }] };
  }
  const members = countMembers(value, DEEPEST);
  if (members === undefined) {
    const message = `it is nested more than ${DEEPEST} levels deep`;
    return { errors: [{ file, message, fix: "templates and policies are flat: name another file" }] };
  }
  let read: Keys | undefined;
  const keys = (): Keys => (read ??= readKeys(text, file));
  return {
    value,
    lineOf: (...path) => keys().lines.get(JSON.stringify(path)),
    warnings: countKeys(text) === members ? [] : keys().warnings,
  };
}

interface Keys {
  readonly lines: ReadonlyMap<string, number>;
  readonly warnings: SourceText["warnings"];
}

/** The keys in a JSON text; an object that has one twice keeps it once. */
function countKeys(text: string): number {
  const colon = /\s*:/uy;
  let count = 0;
  let isInside = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    if (isInside && isEscaped(text, at)) continue;
    isInside = !isInside;
    colon.lastIndex = at + 1;
    if (!isInside && colon.test(text)) count += 1;
  }
  return count;
}

function isEscaped(text: string, at: number): boolean {
  let start = at;
  while (text[start - 1] === "\\") start -= 1;
  return (at - start) % 2 === 1;
}

function readKeys(text: string, file: string): Keys {
  const lines = new Map<string, number>();
  const warnings: SourceText["warnings"][number][] = [];
  const path: string[] = [];
  /** The keys so far of each open object; a list has none. */
  const open: Set<string>[] = [];
  const enter = (): void => void open.push(new Set());
  const leave = (): void => void open.pop();
  jsoncParser().visit(text, {
    onObjectBegin: enter,
    onArrayBegin: enter,
    onObjectEnd: leave,
    onArrayEnd: leave,
    onObjectProperty: (key, _offset, _length, line, character) => {
      const depth = open.length;
      const keys = open[depth - 1];
      if (keys?.has(key)) warnings.push(duplicateKey(key, file, { line: line + 1, column: character + 1 }));
      keys?.add(key);
      if (depth > 2) return;
      path[depth - 1] = key;
      lines.set(JSON.stringify(path.slice(0, depth)), line + 1);
    },
  });
  return { lines, warnings };
}

function firstMistake(text: string, thrown: unknown): Omit<Diagnostic, "fix"> {
  let first: Omit<Diagnostic, "fix"> | undefined;
  const onError = (code: ParseErrorCode, offset: number, _length: number, line: number, character: number): void => {
    first ??= { line: line + 1, column: character + 1, message: `it is not JSON: ${wordsFor(code, text, offset)}` };
  };
  try {
    jsoncParser().visit(text, { onError }, { disallowComments: true });
  } catch {
    // Deep nesting overflows the stack; the parser's own message is left.
  }
  return first ?? { message: `it is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}` };
}

function wordsFor(code: ParseErrorCode, text: string, offset: number): string {
  const found =
    offset >= text.length ? "the end of the file" : JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0));
  const isClosing = /[}\]]/u.test(text.charAt(offset));
  if (isClosing && /,\s*$/u.test(text.slice(Math.max(0, offset - 200), offset)))
    return `there is a comma before ${found}`;
  const name = jsoncParser().printParseErrorCode(code);
  if (name === "InvalidCommentToken") return "it has a comment";
  if (name.endsWith("Expected")) return `expected ${EXPECTED[name] ?? "something else"}, found ${found}`;
  return `${name.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, " ").toLowerCase()} at ${found}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  PropertyNameExpected: "a key in double quotes",
  ValueExpected: "a value",
  ColonExpected: "a colon",
  CommaExpected: "a comma",
  CloseBraceExpected: "}",
  CloseBracketExpected: "]",
  EndOfFileExpected: "the end of the file",
};

/** The members of all objects in it; `undefined` when it is nested deeper. */
function countMembers(value: unknown, levels: number): number | undefined {
  if (typeof value !== "object" || value === null) return 0;
  if (levels === 0) return undefined;
  const members = Object.values(value);
  let count = Array.isArray(value) ? 0 : members.length;
  for (const member of members) {
    const inside = countMembers(member, levels - 1);
    if (inside === undefined) return undefined;
    count += inside;
  }
  return count;
}
