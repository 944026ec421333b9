import type { Expectation } from "@agent-roles/trust";
import { outsideOrganization } from "./cross-checks.ts";
import { fields } from "./fields.ts";
import { ManifestError } from "./manifest-error.ts";
import { schemaIssues } from "./schema-issues.ts";
import { expectations } from "./trust-section.ts";
import { locate, readManifestText, readSource } from "./read-source.ts";

/** An expectation, and where it is written. */
export interface LocatedExpectation {
  readonly expectation: Expectation;
  /** `line` is from 1. */
  readonly location: { readonly file: string; readonly line: number; readonly path: string };
}

export interface ExpectationFileOptions {
  /** The manifest's; without it nobody is `outside-organization`. */
  readonly organization?: string | undefined;
}

const expectationFile = fields({ expect: expectations });

/**
 * Reads a file of expectations, YAML or JSON: `expect:` as below the manifest's `trust:`, and nothing else.
 *
 * @param file problems and locations name it as it is given here.
 * @throws {ManifestError} `ManifestNotFound`, `ManifestUnreadable`, `InvalidYaml` or `InvalidExpectations`, with every
 *   mistake at once.
 */
export async function loadExpectations(
  file: string,
  { organization }: ExpectationFileOptions = {},
): Promise<LocatedExpectation[]> {
  const source = readSource(await readManifestText(file), file);
  const result = expectationFile.safeParse(source.value);
  if (!result.success) {
    throw new ManifestError("InvalidExpectations", locate(schemaIssues(result.error.issues, source), source, file));
  }
  const { expect } = result.data;
  const strange = organization === undefined ? outsideOrganization(expect, ["expect"]) : [];
  if (strange.length > 0) throw new ManifestError("InvalidExpectations", locate(strange, source, file));
  return expect.map((expectation, index) => {
    const { line } = source.place(["expect", index], "value");
    return { expectation, location: { file, line, path: `expect[${index}]` } };
  });
}
