import { crossIssues } from "./cross-checks.ts";
import { ManifestError } from "./manifest-error.ts";
import { manifestSchema } from "./manifest-schema.ts";
import type { Manifest } from "./manifest.ts";
import { schemaIssues } from "./schema-issues.ts";
import { locate, readSource } from "./read-source.ts";

/**
 * Reads the text of an `agent-roles.yaml`; `file` is what problems call it.
 *
 * @throws {ManifestError} `InvalidYaml` or `InvalidManifest`, with every mistake at once, in the order of the file.
 */
export function parseManifest(text: string, file: string): Manifest {
  const source = readSource(text, file);
  const result = manifestSchema.safeParse(source.value);
  const issues = [...(result.success ? [] : schemaIssues(result.error.issues, source)), ...crossIssues(source.value)];
  if (result.success && issues.length === 0) return result.data;
  throw new ManifestError("InvalidManifest", locate(issues, source, file));
}
