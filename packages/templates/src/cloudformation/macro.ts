import { isRecord, listOf, textOf } from "@agent-roles/iam";

type JsonObject = Readonly<Record<string, unknown>>;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-transform.html */
export const MACRO = "Fn::Transform";

/**
 * The macros that run over a whole template and can create or change any role, as they are written; `undefined` when there are none.
 * AWS's own do not, but for the one that includes another file.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-section-structure.html
 */
export function templateMacros(template: JsonObject): JsonObject | undefined {
  const { Transform: transform, [MACRO]: included } = template;
  const macros = listOf(transform).filter(mayMakeAnything);
  if (macros.length === 0 && included === undefined) return undefined;
  return { ...(macros.length > 0 && { Transform: macros }), ...(included !== undefined && { [MACRO]: included }) };
}

function mayMakeAnything(transform: unknown): boolean {
  const name = textOf(isRecord(transform) ? transform["Name"] : transform);
  return name === "AWS::Include" || !name.startsWith("AWS::");
}

/** The macro of a resource, beside its properties or among them; `undefined` when it has none. */
export function resourceMacro(resource: JsonObject): unknown {
  const { Properties: properties, [MACRO]: macro } = resource;
  return macro ?? (isRecord(properties) ? properties[MACRO] : undefined);
}
