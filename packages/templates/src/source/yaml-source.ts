import type { Diagnostic } from "@agent-roles/runtime/role-env";
import type { Document } from "yaml";
import { yaml } from "./libraries.ts";
import type { Place, SyntaxErrors } from "./source-text.ts";
import { yamlMistake } from "./yaml-mistake.ts";
import { aliasTargets, findOffset, placesIn, startOf } from "./yaml-places.ts";

/** A YAML document with the places of its parts. */
export interface YamlSource {
  readonly value: unknown;
  /** The place of a key or value; for something that is missing, where its parent begins. */
  place(path: readonly PropertyKey[], at: "key" | "value"): Place;
  /** A scalar as it is written in the file: `012345678901`, which YAML reads as the number 12345678901. */
  written(path: readonly PropertyKey[]): string | undefined;
}

/** Uses of one anchor, such as one in each role; aliases that refer to aliases multiply. */
const MOST_ALIASES = 10_000;

/**
 * Reads one YAML 1.2 document; anchors and merge keys (`<<`) are allowed.
 *
 * @returns every syntax error where it is not one.
 */
export function readYaml(text: string, file: string): YamlSource | SyntaxErrors {
  const { lineCounter, placeOf } = placesIn();
  // Warnings are errors here; the library itself must not print them.
  const document = yaml().parseDocument(text, {
    lineCounter,
    merge: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  const errors = syntaxErrors(document, text).map(({ offset, message, fix }) => ({
    file,
    ...placeOf(offset),
    message,
    fix,
  }));
  // One mistake makes the parser stumble several times in its line.
  const [first, ...others] = errors.filter(
    ({ line }, index) => errors.findIndex((each) => each.line === line) === index,
  );
  if (first) return { errors: [first, ...others] };
  try {
    return {
      value: document.toJS({ maxAliasCount: MOST_ALIASES }),
      place: (path, at) => placeOf(findOffset(document, path, at)),
      written: (path) => {
        const node: unknown = document.getIn(path, true);
        return yaml().isScalar(node) ? node.source : undefined;
      },
    };
  } catch (error) {
    const isMerge = error instanceof Error && error.message.startsWith("Merge sources");
    // Otherwise aliases multiply beyond reason ("billion laughs").
    const [message, fix] = isMerge
      ? ["a value of << is not an object", "write << with an alias of an object, such as <<: *common"]
      : ["its aliases repeat too much text", "use fewer aliases"];
    return { errors: [{ file, line: 1, column: 1, message, fix }] };
  }
}

/** The line around an offset, without the white space around it. */
function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  return text.slice(start, end === -1 ? undefined : end).trim();
}

interface YamlError extends Pick<Diagnostic, "message" | "fix"> {
  readonly offset: number;
}

function syntaxErrors(document: Document.Parsed, text: string): readonly YamlError[] {
  const errors: YamlError[] = [...document.errors, ...document.warnings].map(({ code, pos: [offset] }) => ({
    offset,
    ...yamlMistake(code, lineAt(text, offset)),
  }));
  const { isNode, isScalar, visit } = yaml();
  visit(document, {
    // The library compares each key with each other one of its map.
    Map(_, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        // The operator Null is a text, too. A merge key is a symbol.
        if (isScalar(key) && typeof key.value !== "symbol") key.value = key.source ?? key.value;
        if (!isScalar(key) || keys.size !== keys.add(key.value).size) continue;
        errors.push({
          offset: startOf(key) ?? 0,
          message: `duplicate key "${String(key.value)}"`,
          fix: "keep one of them",
        });
      }
    },
    Pair(_, pair) {
      if (isScalar(pair.key) || !isNode(pair.key)) return;
      errors.push({ offset: startOf(pair.key) ?? 0, message: "a key must be a text", fix: "write key: value" });
    },
  });
  for (const [alias, target] of aliasTargets(document)) {
    if (target) continue;
    const message = `*${alias.source} has no anchor before it`;
    errors.push({ offset: startOf(alias) ?? 0, message, fix: `write &${alias.source} where it is meant` });
  }
  return errors.toSorted((a, b) => a.offset - b.offset);
}
