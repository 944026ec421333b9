import type { ManifestRole } from "@agent-roles/manifest";
import { type PolicyDocument, policyDocument } from "./policy-document.ts";

/** The inline policy of a target role; nothing when the manifest gives it no statements. */
export function inlinePolicy({ statements }: Pick<ManifestRole, "statements">): PolicyDocument | undefined {
  return statements && policyDocument(statements);
}
