import type { TemplateSource } from "./cloudformation/template-source.ts";
import type { ParsedText } from "./source/parse-text.ts";
import { isObject } from "./recognize.ts";
import { TrustInputError } from "./trust-input-error.ts";

/**
 * A parsed file as a template.
 *
 * @throws {TrustInputError} when it is not one.
 */
export function templateSource({ value, lineOf }: ParsedText, file: string): TemplateSource {
  if (isObject(value) && (value["Resources"] === undefined || isObject(value["Resources"]))) {
    return { file, template: value, lineOf: (logicalId) => lineOf("Resources", logicalId) };
  }
  const message = "it is not a CloudFormation template: it has no `Resources`";
  throw new TrustInputError("NotATemplate", [{ file, message, fix: "name a template" }]);
}
