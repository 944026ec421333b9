import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { picomatch } from "./source/libraries.ts";
import { readFailure, readTextFile } from "./source/read-text-file.ts";
import { readText } from "./source/read-text.ts";
import type { SourceText } from "./source/source-text.ts";
import { recognize } from "./recognize.ts";
import { attempt, TrustInputError } from "./trust-input-error.ts";

/** A file or directory: where it is, and what the caller called it. */
export interface InputPath {
  readonly path: string;
  readonly file: string;
}

/** A parsed file, by the caller's name. */
export interface ParsedFile extends SourceText {
  readonly file: string;
}

export interface ReaderOptions {
  /** Glob patterns of files and directories to leave out; one without a slash matches a name at any depth. */
  readonly exclude?: readonly string[];
  readonly fileBytes?: number;
}

/** Reads files below the paths that were named, and collects why others were not read. */
export interface InputReader {
  /** @throws {TrustInputError} when it is outside, unreadable or neither JSON nor YAML. */
  readonly parse: (at: InputPath) => ParsedFile;
  /** The real path. @throws {TrustInputError} when it is missing, or outside of the named directories. */
  readonly resolve: (at: InputPath) => string;
  readonly isExcluded: (at: InputPath) => boolean;
  /** Runs a function; a {@link TrustInputError} becomes a part of `unread`. */
  readonly attempt: <T>(run: () => T) => T | undefined;
  /** Files that were not read; none of them was named itself. */
  readonly unread: Diagnostic[];
  readonly warnings: Diagnostic[];
}

/**
 * A reader for what was named.
 *
 * @param roots - real paths of directories; links and `../` do not lead out of them.
 */
export function createInputReader(
  named: readonly InputPath[],
  roots: readonly string[],
  { exclude = [], fileBytes }: ReaderOptions,
): InputReader {
  const patterns = exclude.map((pattern) => picomatch()(pattern, { dot: true, basename: !pattern.includes("/") }));
  const unread: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const resolve = ({ path, file }: InputPath): string => {
    const real = realPath({ path, file });
    if (roots.some((root) => isBelow(real, root))) return real;
    const message = "it is outside the given directories";
    throw new TrustInputError("InputUnreadable", [{ file, message, fix: "pass its path as well, to check it" }]);
  };
  return {
    unread,
    warnings,
    resolve,
    isExcluded: ({ path, file }) =>
      patterns.some((matches) => matches(file) || named.some((at) => matches(relative(at.path, path)))),
    parse: (at) => {
      const { file } = at;
      const options = { followLink: false, ...(fileBytes !== undefined && { largestBytes: fileBytes }) };
      const read = readTextFile(resolve(at), options);
      if (!("text" in read)) {
        const { message, fix, cause } = read;
        throw new TrustInputError("InputUnreadable", [{ file, message, fix }], { cause });
      }
      const source = readText(read.text, file);
      if ("errors" in source) throw new TrustInputError("InvalidSyntax", source.errors);
      if (recognize(source.value) !== "other") warnings.push(...source.warnings);
      return { ...source, file };
    },
    attempt: (run) => attempt(run, ({ problems }) => unread.push(...problems)),
  };
}

/** A member of a directory, named as the caller named the directory. */
export function inside({ path, file }: InputPath, name: string): InputPath {
  return { path: join(path, name), file: join(file, name) };
}

/** Where a path leads. @throws {TrustInputError} when it leads nowhere. */
export function realPath({ path, file }: InputPath): string {
  try {
    return realpathSync.native(path);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Why a path cannot be read. */
export function unreadable(file: string, cause: unknown): TrustInputError {
  const { kind, message: why } = readFailure(cause);
  if (kind !== "missing") {
    return new TrustInputError("InputUnreadable", [{ file, message: why, fix: "make it readable" }], { cause });
  }
  const fix =
    file === "cdk.out"
      ? "run npx -p @agent-roles/infra agent-roles-infra for agent-roles.yaml, cdk synth for another CDK app, or name a template"
      : "name a template, a directory of templates, a plan or a policy";
  const message = "there is no such file or directory";
  return new TrustInputError("InputNotFound", [{ file, message, fix }], { cause });
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}
