import { readCloudFormationYaml } from "./cloudformation-yaml.ts";
import { readJson } from "./read-json.ts";
import type { SourceText, SyntaxErrors } from "./source-text.ts";

/** Reads JSON, or YAML as CloudFormation writes it; the content decides which. */
export function readText(text: string, file: string): SourceText | SyntaxErrors {
  const withoutMark = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (withoutMark.trim() === "") {
    return { errors: [{ file, message: "it is empty", fix: "name a template, a plan or a policy" }] };
  }
  // YAML takes JSON, too, but needs minutes for megabytes with a mistake in them.
  return /^\s*(?:[[{]|\/[/*])/u.test(withoutMark)
    ? readJson(withoutMark, file)
    : readCloudFormationYaml(withoutMark, file);
}
