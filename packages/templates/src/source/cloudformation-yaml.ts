import type { Diagnostic } from "@agent-roles/runtime/role-env";
import type { Document, LineCounter } from "yaml";
import { yaml } from "./libraries.ts";
import type { SourceText, SyntaxErrors } from "./source-text.ts";
import { placesIn, startOf } from "./yaml-places.ts";
import { type Warn, yamlValue } from "./yaml-value.ts";

/**
 * Reads YAML as CloudFormation and the tools before it (PyYAML) do: version 1.1, short intrinsics in their long forms
 * (`!Sub x` is `{"Fn::Sub": "x"}`), the last of two equal keys.
 *
 * @returns the first syntax error where it is not YAML.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
 */
export function readCloudFormationYaml(text: string, file: string): SourceText | SyntaxErrors {
  const { lineCounter, placeOf } = placesIn();
  const fail = (place: object, message: string): SyntaxErrors => ({
    errors: [{ file, ...place, message, fix: "correct the syntax, or name another file" }],
  });
  try {
    const documents = parse(text, lineCounter);
    const [error] = documents.flatMap(({ errors }) => errors);
    if (error) {
      const indented = indentContinuations(text);
      return indented === undefined || indented === text
        ? fail(placeOf(error.pos[0]), `it is neither JSON nor YAML: ${error.message}`)
        : readCloudFormationYaml(indented, file);
    }
    const warnings: Diagnostic[] = [];
    const warn: Warn = (node, message, fix) => warnings.push({ file, ...placeOf(startOf(node) ?? 0), message, fix });
    const values = documents.map((document) => yamlValue(document, warn));
    const lines = outerLines(documents[0], (node) => placeOf(startOf(node) ?? 0).line);
    return {
      value: values.length > 1 ? values : values[0],
      lineOf: (...keys) => lines.get(JSON.stringify(keys)),
      warnings,
    };
  } catch (error) {
    // Deep nesting overflows the parser's stack.
    return fail({}, `it cannot be read as YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parse(text: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  const options = { version: "1.1", uniqueKeys: false, prettyErrors: false, logLevel: "silent" } as const;
  return [...yaml().parseAllDocuments(text, { ...options, lineCounter })];
}

/** The lines of the keys in the two outer levels. */
function outerLines(document: Document.Parsed | undefined, lineOf: (node: unknown) => number): Map<string, number> {
  const { isMap, isScalar } = yaml();
  const lines = new Map<string, number>();
  const add = (map: unknown, outer: readonly string[]): void => {
    for (const { key, value } of isMap(map) ? map.items : []) {
      if (!isScalar(key)) continue;
      const keys = [...outer, key.source ?? String(key.value)];
      lines.set(JSON.stringify(keys), lineOf(key));
      if (keys.length < 2) add(value, keys);
    }
  };
  add(document?.contents, []);
  return lines;
}

/** Characters; CloudFormation takes 1 MB. */
const LARGEST_TEMPLATE = 2_000_000;
/** Lines of one scalar; the lexer reads it from its start for each of them. */
const LONGEST_SCALAR = 1000;

/**
 * The text with the lines of flow collections and quoted texts indented: `yaml` ends both at a line that is not, PyYAML does
 * not ask for it. Lines keep their numbers. `undefined` where that is too much to read.
 */
function indentContinuations(text: string): string | undefined {
  if (text.length > LARGEST_TEMPLATE) return undefined;
  const { CST, Lexer } = yaml();
  const lexer = new Lexer();
  let level = 0;
  let silent = 0;
  const lines: string[] = [];
  for (const line of text.split(/(?<=\n)/u)) {
    const isContinued = level > 0 || lexer["next"] === "quoted-scalar";
    const indented = isContinued && !line.startsWith(INDENTATION) ? `${INDENTATION}${line}` : line;
    silent += 1;
    for (const token of lexer.lex(indented, true)) {
      silent = 0;
      const type = CST.tokenType(token);
      if (type === "flow-seq-start" || type === "flow-map-start") level += 1;
      if (type === "flow-seq-end" || type === "flow-map-end") level -= 1;
    }
    if (silent > LONGEST_SCALAR) return undefined;
    lines.push(indented);
  }
  return lines.join("");
}

/** More than a block has around a flow collection or a quoted text. */
const INDENTATION = " ".repeat(100);
