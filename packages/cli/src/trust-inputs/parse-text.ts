import { jsonLines, type LineOf } from "./json-lines.ts";
import { jsonMistake } from "./json-mistake.ts";
import { parseYaml } from "./parse-yaml.ts";
import { TrustInputError } from "./trust-input-error.ts";
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
  try {
    const value: unknown = JSON.parse(text);
    return { value, lineOf: jsonLines(text) };
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
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
