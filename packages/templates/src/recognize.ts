/** What a file is, told by its content. */
export type InputKind = "template" | "terraform" | "policy" | "other";

/** Recognizes a parsed file: names and endings say nothing. */
export function recognize(value: unknown): InputKind {
  if (!isObject(value)) return "other";
  if ("planned_values" in value || ("terraform_version" in value && "values" in value)) return "terraform";
  if ("Resources" in value && isObject(value["Resources"])) return "template";
  return "Statement" in value ? "policy" : "other";
}

/** Whether a JSON value is an object with named members. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
