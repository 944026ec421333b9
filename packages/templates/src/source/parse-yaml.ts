import { type Document, isMap, isScalar, LineCounter, parseAllDocuments, visit } from "yaml";
import type { LineOf } from "./json-keys.ts";
import type { ParsedText } from "./parse-text.ts";
import { isObject, recognize } from "../recognize.ts";
import { type InputProblem, TrustInputError } from "../trust-input-error.ts";
import { yamlValue } from "./yaml-value.ts";

/**
 * Reads YAML as CloudFormation writes it: short intrinsics become their long forms. Several documents that are none of
 * what is read here, such as another tool's, become a list.
 *
 * @throws {TrustInputError} naming the first syntax error and its line.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
 */
export function parseYaml(text: string, file: string): ParsedText {
  const counter = new LineCounter();
  try {
    const documents = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false, logLevel: "silent" });
    const [error] = documents.flatMap(({ errors }) => errors);
    if (error) {
      const { line } = counter.linePos(error.pos[0]);
      throw syntaxError({ file, line, message: `it is neither JSON nor YAML: ${error.message}`, fix: FIX }, error);
    }
    const values = documents.map(yamlValue);
    // Other tools' files may stand beside templates, and take what CloudFormation does not.
    const refused = values.some(isMeant) ? notOneTemplate(documents) : undefined;
    if (refused) {
      const { offset, message, fix } = refused;
      throw syntaxError({ file, line: counter.linePos(offset).line, message, fix });
    }
    const [document] = documents;
    return {
      value: values.length > 1 ? values : values[0],
      lineOf: document ? yamlLines(document, counter) : () => undefined,
    };
  } catch (cause) {
    // Deep nesting overflows the reader's stack.
    throw cause instanceof TrustInputError
      ? cause
      : syntaxError({ file, message: `it cannot be read as YAML: ${String(cause)}`, fix: FIX }, cause);
  }
}

const FIX = "correct the syntax, or name another file";

function syntaxError(problem: InputProblem, cause?: unknown): TrustInputError {
  return new TrustInputError("InvalidSyntax", [problem], { cause });
}

/** Takes the members of other objects into this one. */
const MERGE = "<<";

function isMeant(value: unknown): boolean {
  return recognize(value) !== "other" || (isObject(value) && MERGE in value);
}

/** What a template would lose: CloudFormation takes one document, and no merge keys. */
function notOneTemplate([first, second]: readonly Document.Parsed[]): Refused | undefined {
  if (second) {
    const message = "another YAML document begins here, and a template is one document";
    return { offset: second.range[0], message, fix: "write each into a file of its own" };
  }
  let refused: Refused | undefined;
  visit(first ?? null, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== MERGE || key.type !== "PLAIN") return undefined;
      const message = "CloudFormation takes no merge key (`<<`)";
      refused = { offset: key.range?.[0] ?? 0, message, fix: "write out what it merges" };
      return visit.BREAK;
    },
  });
  return refused;
}

interface Refused extends Pick<InputProblem, "message" | "fix"> {
  readonly offset: number;
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
