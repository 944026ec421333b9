import { type Document, isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { LineOf } from "./json-lines.ts";
import type { ParsedText } from "./parse-text.ts";
import { TrustInputError } from "./trust-input-error.ts";
import { yamlValue } from "./yaml-value.ts";

/**
 * Reads YAML as CloudFormation writes it: short intrinsics become their long forms.
 *
 * @throws {TrustInputError} naming the first syntax error and its line.
 */
export function parseYaml(text: string, file: string): ParsedText {
  const counter = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: "silent" });
    const [error] = document.errors;
    if (error === undefined) return { value: yamlValue(document), lineOf: yamlLines(document, counter) };
    throw syntaxError(file, `it is neither JSON nor YAML: ${error.message}`, error, counter.linePos(error.pos[0]).line);
  } catch (cause) {
    // Deep nesting overflows the reader's stack.
    throw cause instanceof TrustInputError
      ? cause
      : syntaxError(file, `it cannot be read as YAML: ${String(cause)}`, cause);
  }
}

function syntaxError(file: string, message: string, cause: unknown, line?: number): TrustInputError {
  const problem = {
    file,
    ...(line !== undefined && { line }),
    message,
    fix: "correct the syntax, or name another file",
  };
  return new TrustInputError("InvalidSyntax", [problem], { cause });
}

function yamlLines(document: Document.Parsed, counter: LineCounter): LineOf {
  return (...keys) => {
    let node: unknown = document.contents;
    let line: number | undefined;
    for (const key of keys) {
      const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
      const range = isScalar(pair?.key) ? pair.key.range : undefined;
      if (pair === undefined || !range) return undefined;
      line = counter.linePos(range[0]).line;
      node = pair.value;
    }
    return line;
  };
}
