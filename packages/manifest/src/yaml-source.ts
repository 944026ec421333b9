import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type Document } from "yaml";
import type { ManifestIssue } from "./manifest-issue.ts";
import { ManifestError, type ManifestProblem } from "./manifest-error.ts";

interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** A YAML document that remembers where everything stands. */
export interface YamlSource {
  readonly value: unknown;
  /** The place of a finding; for something that is missing, where its parent begins. */
  place(finding: Pick<ManifestIssue, "path" | "at">): Place;
  /** A scalar as it is written in the file: `012345678901`, which YAML reads as the number 12345678901. */
  written(path: readonly PropertyKey[]): string | undefined;
}

/**
 * Reads one YAML 1.2 document; anchors and merge keys (`<<`) are allowed.
 *
 * @throws {ManifestError} `InvalidYaml` with every syntax error.
 */
export function readYaml(text: string, file: string): YamlSource {
  const lineCounter = new LineCounter();
  // Warnings are errors here; the library itself must not print them.
  const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false, logLevel: "error" });
  const placeOf = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = syntaxErrors(document).map(({ offset, message, fix }): ManifestProblem => ({
    file,
    ...placeOf(offset),
    path: "",
    message,
    fix,
  }));
  if (problems.length > 0) throw new ManifestError("InvalidYaml", problems);
  return {
    value: toPlain(document, file),
    place: ({ path, at }) => placeOf(findOffset(document, path, at)),
    written: (path) => {
      const node: unknown = document.getIn(path, true);
      return isScalar(node) ? node.source : undefined;
    },
  };
}

interface SyntaxError {
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

function syntaxErrors(document: Document.Parsed): SyntaxError[] {
  const errors = [...document.errors, ...document.warnings].map((error) => ({
    offset: error.pos[0],
    message: error.message,
    fix: error.code === "DUPLICATE_KEY" ? "keep one of them" : "correct the YAML here",
  }));
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return;
      const message = `*${alias.source} has no anchor before it`;
      errors.push({ offset: alias.range?.[0] ?? 0, message, fix: `write &${alias.source} where it is meant` });
    },
    Pair(_, pair) {
      if (isScalar(pair.key) || !isNode(pair.key)) return;
      errors.push({ offset: pair.key.range?.[0] ?? 0, message: "a key must be a text", fix: "write key: value" });
    },
  });
  return errors;
}

/** @throws {ManifestError} when aliases multiply beyond reason ("billion laughs"). */
function toPlain(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const problem = { file, line: 1, column: 1, path: "", message, fix: "use fewer aliases" };
    throw new ManifestError("InvalidYaml", [problem], { cause });
  }
}

function findOffset(document: Document.Parsed, path: readonly PropertyKey[], at: ManifestIssue["at"]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      const isLast = index === path.length - 1;
      offset = (isLast && at === "key" ? undefined : startOf(pair.value)) ?? startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}
