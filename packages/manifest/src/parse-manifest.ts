import { crossFindings } from "./cross-checks.ts";
import { type Finding, formatPath } from "./finding.ts";
import { ManifestError, type ManifestProblem } from "./manifest-error.ts";
import { manifestSchema } from "./manifest-schema.ts";
import type { Manifest } from "./manifest.ts";
import { schemaFindings } from "./schema-findings.ts";
import { readYaml, type YamlSource } from "./yaml-source.ts";

/**
 * Reads the text of an `agent-roles.yaml`; `file` is what problems call it.
 *
 * @throws {ManifestError} `InvalidYaml` or `InvalidManifest`, with every mistake at once, in the order of the file.
 */
export function parseManifest(text: string, file: string): Manifest {
  const source = readYaml(text, file);
  const result = manifestSchema.safeParse(source.value);
  const findings = [
    ...(result.success ? [] : schemaFindings(result.error.issues, source)),
    ...crossFindings(source.value),
  ];
  if (result.success && findings.length === 0) return result.data;
  const problems = findings
    .map((finding) => locate(finding, source, file))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  throw new ManifestError("InvalidManifest", problems);
}

function locate(finding: Finding, source: YamlSource, file: string): ManifestProblem {
  const { message, fix, path } = finding;
  return { file, ...source.place(finding), path: formatPath(path), message, fix };
}
