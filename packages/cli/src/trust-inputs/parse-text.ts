import { jsonLines, type LineOf } from "./json-lines.ts";
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
  const parsed = parseJson(withoutMark) ?? parseYaml(withoutMark, file);
  if (!isDeeperThan(parsed.value, DEEPEST)) return parsed;
  const message = `it is nested more than ${DEEPEST} levels deep`;
  throw new TrustInputError("NotATemplate", [
    { file, message, fix: "templates and policies are flat: name another file" },
  ]);
}

function parseJson(text: string): ParsedText | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value, lineOf: jsonLines(text) };
  } catch {
    // Not JSON; YAML's reader takes JSON as well, and names the line of a mistake.
    return undefined;
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}
