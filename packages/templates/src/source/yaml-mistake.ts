import type { Diagnostic } from "@agent-roles/runtime/role-env";
import type { ErrorCode } from "yaml";

type Mistake = Pick<Diagnostic, "message" | "fix">;

/** What the parser's codes mean. `{line}` is the line in the file. */
const MISTAKES: Readonly<Partial<Record<ErrorCode, Mistake>>> = {
  TAB_AS_INDENT: { message: "a tab at the beginning of {line}", fix: "indent with spaces" },
  BAD_INDENT: {
    message: "wrong indentation of {line}",
    fix: "indent it like the other keys or entries of the same level",
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'two times ": " in {line}',
    fix: 'put the text after the first ": " in quotes, or write the second key on a line of its own',
  },
  MULTILINE_IMPLICIT_KEY: { message: 'no ": " in {line}', fix: "write key: value, with a space after the colon" },
  MULTIPLE_DOCS: { message: "a second YAML document begins here", fix: "keep one document: remove the line ---" },
  MISSING_CHAR: {
    message: "a character is missing in {line}",
    fix: "close every quotation mark, [ and {, and write a space after each colon",
  },
  UNEXPECTED_TOKEN: { message: "unexpected text in {line}", fix: "quote the text, or correct the YAML" },
  BAD_SCALAR_START: {
    message: "a text in {line} begins with a character that YAML reserves",
    fix: "put the text in quotes",
  },
  BAD_DQ_ESCAPE: {
    message: "an unknown escape sequence in {line}",
    fix: "write \\\\ for a backslash, or use single quotes",
  },
  BAD_ALIAS: { message: "an alias in {line} has no name", fix: "write *name of an anchor, or quote the text" },
  TAG_RESOLVE_FAILED: { message: "an unknown YAML tag in {line}", fix: "remove the tag that begins with !" },
  MULTIPLE_ANCHORS: { message: "two anchors in {line}", fix: "keep one of them" },
};

/** Describes a YAML syntax error in our words. */
export function yamlMistake(code: ErrorCode, line: string): Mistake {
  if (code === "BAD_INDENT" && line === "") {
    return { message: "the file ends inside [ or {", fix: "close every quotation mark, [ and {" };
  }
  const { message, fix } = MISTAKES[code] ?? { message: "{line} is not valid YAML", fix: "correct the YAML" };
  const shown = line.length > 80 ? `${line.slice(0, 79)}…` : line;
  return { message: message.replace("{line}", () => JSON.stringify(shown)), fix };
}
