import { jsonKeys, type LineOf } from "./json-keys.ts";
import { jsonMistake } from "./json-mistake.ts";
import { parseYaml } from "./parse-yaml.ts";
import { recognize } from "../recognize.ts";
import { TrustInputError } from "../trust-input-error.ts";
import { DEEPEST } from "./yaml-value.ts";

/** A file's content and where its parts stand. */
export interface ParsedText {
  readonly value: unknown;
  readonly lineOf: LineOf;
}

/**
 * Reads JSON or YAML, told apart by content.
 *
 * @throws {TrustInputError} naming the line of the mistake.
 */
export function parseText(text: string, file: string): ParsedText {
  const withoutMark = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (withoutMark.trim() === "") {
    throw new TrustInputError("InvalidSyntax", [
      { file, message: "it is empty", fix: "name a template, a plan or a policy" },
    ]);
  }
  const parsed = parseJson(withoutMark, file) ?? parseYaml(withoutMark, file);
  if (!isDeeperThan(parsed.value, DEEPEST)) return parsed;
  const message = `it is nested more than ${DEEPEST} levels deep`;
  throw new TrustInputError("NotATemplate", [
    { file, message, fix: "templates and policies are flat: name another file" },
  ]);
}

function parseJson(text: string, file: string): ParsedText | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (!/^\s*[[{]/u.test(text)) return undefined;
    // Meant as JSON. YAML's reader takes the form, too, but minutes for megabytes with a mistake in them.
    const { line, column, message } = jsonMistake(text);
    const problem = {
      file,
      line,
      message: `it is not JSON: column ${column}: ${message}`,
      fix: "correct the syntax, or name another file",
    };
    throw new TrustInputError("InvalidSyntax", [problem], { cause });
  }
  const { lineOf, repeated } = jsonKeys(text);
  // What is something else, such as another tool's file in a directory, is not read any further.
  if (repeated === undefined || recognize(value) === "other") return { value, lineOf };
  const { key, line } = repeated;
  const message = `${key} stands twice in one object, and only the last one would be read`;
  throw new TrustInputError("InvalidSyntax", [{ file, line, message, fix: "make one of the two" }]);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
