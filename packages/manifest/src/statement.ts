import * as z from "zod";
import { fields, list, text } from "./fields.ts";
import type { PolicyStatement } from "./manifest.ts";

const action = text(/^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/, "write service:Action, such as s3:GetObject");
const resource = text(/^(\*|arn:.+)$/, 'write an ARN, or "*" in quotes');
const conditionValue = z.union([z.string(), z.boolean()], { error: "write a text in quotes, true or false" });

function oneOrMore(item: z.ZodString, fix: string): z.ZodUnion<[z.ZodString, z.ZodArray<z.ZodString>]> {
  return z.union([item, list(item, 1000, fix)], { error: fix });
}

/** One statement of a role's inline policy. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export const statement: z.ZodType<PolicyStatement> = fields({
  Sid: text(/^[A-Za-z0-9]{1,128}$/, "use letters and digits")
    .exactOptional()
    .describe("Name of the statement; letters and digits."),
  Effect: z.enum(["Allow", "Deny"], { error: "use Allow or Deny" }).describe("Allow or Deny."),
  Action: oneOrMore(action, "write one action or a list")
    .exactOptional()
    .describe("Actions it is about; * and ? are wildcards."),
  NotAction: oneOrMore(action, "write one action or a list").exactOptional().describe("All actions but these."),
  Resource: oneOrMore(resource, "write one ARN or a list")
    .exactOptional()
    .describe("ARNs it is about; * and ? are wildcards."),
  NotResource: oneOrMore(resource, "write one ARN or a list").exactOptional().describe("All resources but these."),
  Condition: z
    .record(
      text(/^[A-Za-z]+(:[A-Za-z]+)?$/, "write a condition operator, such as StringEquals"),
      z.record(z.string(), z.union([conditionValue, z.array(conditionValue)]), {
        error: "write condition keys and values",
      }),
      { error: "write operator: { key: value }" },
    )
    .exactOptional()
    .describe("When it holds: operator, key, values."),
})
  .refine((value) => (value.Action === undefined) !== (value.NotAction === undefined), {
    error: "write either Action or NotAction",
    when: isObject,
  })
  .refine((value) => (value.Resource === undefined) !== (value.NotResource === undefined), {
    error: "write either Resource or NotResource",
    when: isObject,
  });

/** Lets a refinement speak up even when some field is wrong. */
function isObject({ value }: { readonly value: unknown }): boolean {
  return typeof value === "object" && value !== null;
}
