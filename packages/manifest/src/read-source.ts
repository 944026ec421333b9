import { definedOnly, type Diagnostic } from "@agent-roles/runtime/role-env";
import { readTextFile, readYaml, type YamlSource } from "@agent-roles/templates/source";
import { ManifestError } from "./manifest-error.ts";
import { formatPath, type ManifestIssue } from "./manifest-issue.ts";

/** More than a manifest of thousands of roles. */
const LARGEST_BYTES = 16 * 1024 * 1024;

/** The text of a file. @throws {ManifestError} `ManifestNotFound` or `ManifestUnreadable`. */
export async function readManifestText(path: string): Promise<string> {
  const read = readTextFile(path, { largestBytes: LARGEST_BYTES });
  if ("text" in read) return read.text;
  const { kind, message, fix, cause, line, column } = read;
  const isMissing = kind === "missing";
  const problem = {
    file: path,
    ...definedOnly({ line, column }),
    message,
    fix: isMissing ? 'create it with "agent-roles init", or name another one' : fix,
  };
  throw new ManifestError(isMissing ? "ManifestNotFound" : "ManifestUnreadable", [problem], { cause });
}

/** The YAML of a text. @throws {ManifestError} `InvalidYaml` with every syntax error. */
export function readSource(text: string, file: string): YamlSource {
  const source = readYaml(text, file);
  if ("errors" in source) throw new ManifestError("InvalidYaml", source.errors);
  return source;
}

/** Issues with their places in the file, in the order of the file. */
export function locate(issues: readonly ManifestIssue[], source: YamlSource, file: string): Diagnostic[] {
  return issues
    .map(({ message, fix, path, at }) => ({
      file,
      ...source.place(path, at ?? "value"),
      path: formatPath(path),
      message,
      fix,
    }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}
