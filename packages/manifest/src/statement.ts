import { isRecord, OPERATOR_NAMES, parseOperator } from "@agent-roles/iam";
import * as z from "zod";
import { didYouMean } from "./did-you-mean.ts";
import { fields, list, optional, text } from "./fields.ts";

const action = text(/^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/, "write service:Action, such as s3:GetObject");

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
const IAM_RESOURCE =
  /^(?!arn:[^:]*:iam:)|^arn:[^:]*:iam::[^:]*:([^/]*[*?$].*|root|(user|federated-user|role|group|instance-profile|mfa|sms-mfa|server-certificate|policy|saml-provider|oidc-provider|report|access-report)\/.+)$/;

/** Six parts. Region and account can be empty or a pattern; with a wildcard, every part can. */
const resource = text(
  /^(\*|arn:(aws(-[a-z]+)*|[a-z-]*[*?][a-z*?-]*|\$\{aws:[A-Za-z]+\}):[a-z0-9*?-]+:[a-z0-9*?-]*:(\d{12}|aws|[\d*?]*|\$\{[^}]+\})?:[^\s].*)$/,
  'write an ARN of six parts, such as arn:aws:s3:::my-bucket/*, or "*" in quotes',
).regex(IAM_RESOURCE, {
  error: "write an ARN of IAM without a Region, such as arn:aws:iam::123456789012:role/path/name",
});

const conditionValue = z.union([z.string(), z.boolean()], { error: "write a text in quotes, true or false" });

const operator = z.string().superRefine((name, context) => {
  if (parseOperator(name).operator) return;
  const [, qualifier = "", base = "", ifExists = ""] =
    /^((?:ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/i.exec(name) ?? [];
  const message =
    base.toLowerCase() === "null"
      ? "write Null: it has no IfExists and no set operator"
      : didYouMean(base, OPERATOR_NAMES).replace(
          /^did you mean "(.*)"\?$/,
          `did you mean "${qualifier}$1${ifExists}"?`,
        );
  context.addIssue({ code: "custom", message });
});

function oneOrMore(item: z.ZodString, fix: string): z.ZodUnion<[z.ZodString, z.ZodArray<z.ZodString>]> {
  return z.union([item, list(item, 1000, fix)], { error: fix });
}

/** One statement of a role's inline policy. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
const statement = fields({
  Sid: optional(text(/^[A-Za-z0-9]{1,128}$/, "use letters and digits"), "Name of the statement; letters and digits."),
  Effect: z.enum(["Allow", "Deny"], { error: "use Allow or Deny" }).describe("Allow or Deny."),
  Action: optional(oneOrMore(action, "write one action or a list"), "Actions of the statement; * and ? are wildcards."),
  NotAction: optional(oneOrMore(action, "write one action or a list"), "All actions except these."),
  Resource: optional(oneOrMore(resource, "write one ARN or a list"), "ARNs of the statement; * and ? are wildcards."),
  NotResource: optional(oneOrMore(resource, "write one ARN or a list"), "All resources except these."),
  Condition: optional(
    z.record(
      operator,
      z.record(z.string(), z.union([conditionValue, z.array(conditionValue)]), {
        error: "write condition keys and values",
      }),
      { error: "write operator: { key: value }" },
    ),
    "Conditions: operator, key, values.",
  ),
})
  // Both run even when some field is wrong.
  .refine((value) => (value.Action === undefined) !== (value.NotAction === undefined), {
    error: "write either Action or NotAction",
    when: ({ value }) => isRecord(value),
  })
  .refine((value) => (value.Resource === undefined) !== (value.NotResource === undefined), {
    error: "write either Resource or NotResource",
    when: ({ value }) => isRecord(value),
  });

const STATEMENTS = "list 1 to 100 statements";
/** The fix for a policy document in the place of statements. */
export const LIST_BELOW_STATEMENT = "write the list below its Statement, without Version and Statement";

/** The statements of one inline policy. */
export const statements = z
  .array(statement, {
    error: ({ input }) => (/\bStatement\b/.test(JSON.stringify(input) ?? "") ? LIST_BELOW_STATEMENT : STATEMENTS),
  })
  .min(1, { error: STATEMENTS })
  .max(100, { error: STATEMENTS })
  .refine(haveUniqueSids, { error: "give each statement a different Sid, or none" });

/** IAM refuses a policy that has a Sid twice. */
function haveUniqueSids(all: readonly { readonly Sid?: string }[]): boolean {
  const sids = all.flatMap(({ Sid }) => Sid ?? []);
  return new Set(sids).size === sids.length;
}
