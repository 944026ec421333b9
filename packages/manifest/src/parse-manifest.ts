import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { crossIssues } from "./cross-checks.ts";
import { expandManifest } from "./expand-manifest.ts";
import { ManifestError } from "./manifest-error.ts";
import { formatPath, type ManifestIssue, type Path } from "./manifest-issue.ts";
import { manifestSchema, roleFields } from "./manifest-schema.ts";
import type { Manifest } from "./manifest.ts";
import { schemaIssues } from "./schema-issues.ts";
import { locate, readSource } from "./read-source.ts";

export interface ParseOptions {
  /** Called for each mistake that does not make the manifest invalid, such as a role without permissions. */
  readonly onWarning?: (problem: Diagnostic) => void;
}

/**
 * Parses the text of an `agent-roles.yaml`. `defaults`, `accounts` and roles for several accounts are expanded: every role of the
 * result has one account.
 *
 * @param file name of the file in problems.
 * @throws {ManifestError} `InvalidYaml` or `InvalidManifest`, with every mistake at once, in the order of the file.
 */
export function parseManifest(text: string, file: string, { onWarning }: ParseOptions = {}): Manifest {
  const source = readSource(text, file);
  const { value, issues, origin } = expandManifest(source.value, roleFields);
  const result = manifestSchema.safeParse(value);
  const expanded = { value, written: (path: Path) => source.written(origin(path)) };
  const found = [...(result.success ? [] : schemaIssues(result.error.issues, expanded)), ...crossIssues(value, origin)];
  const known = new Set(issues.map(({ path }) => formatPath(path)));
  const located = found
    .map((issue) => ({ ...issue, path: origin(issue.path) }))
    .filter(({ path }) => !known.has(formatPath(path)));
  const all = unique([...issues, ...located]);
  const errors = all.filter(({ severity }) => severity === undefined);
  if (!result.success || errors.length > 0) throw new ManifestError("InvalidManifest", locate(errors, source, file));
  if (onWarning) locate(all, source, file).forEach(onWarning);
  return result.data;
}

/** A mistake in `defaults` is found again in every role. */
function unique(issues: readonly ManifestIssue[]): ManifestIssue[] {
  return [...new Map(issues.map((issue) => [JSON.stringify(issue), issue])).values()];
}
