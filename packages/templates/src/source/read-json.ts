import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";
import { DEEPEST, duplicateKey, type SourceText, type SyntaxErrors } from "./source-text.ts";

/**
 * Reads JSON, with the lines of the keys in the two outer levels of objects: `Resources` and each logical id.
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
  if (isDeeperThan(value, DEEPEST)) {
    const message = `it is nested more than ${DEEPEST} levels deep`;
    return { errors: [{ file, message, fix: "templates and policies are flat: name another file" }] };
  }
  return { value, ...readKeys(text, file) };
}

function readKeys(text: string, file: string): Pick<SourceText, "lineOf" | "warnings"> {
  const lines = new Map<string, number>();
  const warnings: SourceText["warnings"][number][] = [];
  const path: string[] = [];
  /** The keys so far of each open object; a list has none. */
  const open: Set<string>[] = [];
  const enter = (): void => void open.push(new Set());
  const leave = (): void => void open.pop();
  visit(text, {
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
  return { lineOf: (...keys) => lines.get(JSON.stringify(keys)), warnings };
}

interface Mistake {
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

function firstMistake(text: string, thrown: unknown): Mistake {
  let first: Mistake | undefined;
  const onError = (code: ParseErrorCode, offset: number, _length: number, line: number, character: number): void => {
    first ??= { line: line + 1, column: character + 1, message: `it is not JSON: ${wordsFor(code, text, offset)}` };
  };
  try {
    visit(text, { onError }, { disallowComments: true });
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
  const name = printParseErrorCode(code);
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

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
