import { type ManifestIssue, formatPath } from "./manifest-issue.ts";
import type { ManifestProblem } from "./manifest-error.ts";
import type { YamlSource } from "./yaml-source.ts";

/** Mistakes with their places in the file, in the order of the file. */
export function locate(findings: readonly ManifestIssue[], source: YamlSource, file: string): ManifestProblem[] {
  return findings
    .map((finding) => {
      const { message, fix, path } = finding;
      return { file, ...source.place(finding), path: formatPath(path), message, fix };
    })
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}
