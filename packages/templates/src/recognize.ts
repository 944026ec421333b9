import { isRecord } from "@agent-roles/iam";
import type { TemplateSource } from "./cloudformation/template-source.ts";
import type { ParsedFile } from "./input-reader.ts";
import { TrustInputError } from "./trust-input-error.ts";

/** What a file is, by its content. */
export type InputKind = "template" | "terraform" | "policy" | "other";

/** Recognizes a parsed file: names and endings say nothing. */
export function recognize(value: unknown): InputKind {
  if (!isRecord(value)) return "other";
  if ("planned_values" in value || ("terraform_version" in value && "values" in value)) return "terraform";
  if ("Resources" in value && isRecord(value["Resources"])) return "template";
  return "Statement" in value ? "policy" : "other";
}

/**
 * A parsed file as a template.
 *
 * @throws {TrustInputError} when it is not one.
 */
export function templateSource({ value, lineOf, file }: ParsedFile): TemplateSource {
  if (isRecord(value) && (value["Resources"] === undefined || isRecord(value["Resources"]))) {
    return { file, template: value, lineOf: (logicalId) => lineOf("Resources", logicalId) };
  }
  const message = "it is not a CloudFormation template: it has no `Resources`";
  throw new TrustInputError("NotATemplate", [{ file, message, fix: "name a template" }]);
}
