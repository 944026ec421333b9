import { isExternalId, isProfileName, isRegion, isReservedProfileName } from "@agent-roles/runtime/role-env";
import * as z from "zod";
import { didYouMean } from "./did-you-mean.ts";

// Every `error` below is the fix that a person reads; schema-issues.ts describes what is wrong.

/** An object whose unknown keys are errors. The error has one fix per line, in the order of the unknown keys. */
export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => didYouMean(key, known)).join("\n")
        : `write fields: ${known.join(", ")}`,
  });
}

/** A text that matches a pattern. Editors get the pattern from the JSON Schema. */
export function text(pattern: RegExp, fix: string): z.ZodString {
  return z.string({ error: fix }).regex(pattern, { error: fix });
}

/** A list of at least one. */
export function list<Item extends z.ZodType>(item: Item, max: number, fix: string): z.ZodArray<Item> {
  return z.array(item, { error: fix }).min(1, { error: fix }).max(max, { error: fix });
}

/** A whole number between two others. */
export function wholeNumber(least: number, most: number, fix: string): z.ZodInt {
  return z.int({ error: fix }).min(least, { error: fix }).max(most, { error: fix });
}

/** A field that can be left out, with its description for editors. */
export function optional<Field extends z.ZodType>(field: Field, description: string): z.ZodExactOptional<Field> {
  return field.exactOptional().describe(description);
}

export const yesOrNo: z.ZodBoolean = z.boolean({ error: "write true or false" });

export const accountId: z.ZodString = text(/^\d{12}$/, "write the twelve digits in quotes");

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const roleName: z.ZodString = text(/^[\w+=,.@-]{1,64}$/, "use 1 to 64 of: letters, digits, _ + = , . @ -").regex(
  /^(?!AWSReservedSSO_|AWSServiceRoleFor)/i,
  { error: "choose another name: AWS reserves names that begin with AWSReservedSSO_ or AWSServiceRoleFor" },
);

/**
 * Narrower than IAM's own grammar: wildcards would widen `aws:PrincipalArn`, and `/` alone would let the master assume
 * every role.
 */
export const path: z.ZodString = text(
  /^\/(?=.{1,511}$)([\w+=,.@-]+\/)+$/,
  'begin and end with "/", with a name of letters, digits, _ + = , . @ - between, such as /agent-roles/',
).regex(/^(?!\/(aws-reserved|aws-service-role)\/)/i, {
  error: "choose another path: AWS reserves /aws-reserved/ and /aws-service-role/",
});

export const organization: z.ZodString = text(
  /^o-[a-z0-9]{10,32}$/,
  "write the organization's ID, such as o-a1b2c3d4e5",
);

export const profile: z.ZodString = z
  .string({ error: "name the AWS profile" })
  .refine(isProfileName, {
    error: "use letters, digits and _ @ + . % / - only, so that every AWS SDK can read it",
  })
  .refine((name) => !isReservedProfileName(name), { error: "choose another name: AWS clients reserve this one" });

export const externalId: z.ZodString = z
  .string({ error: "write a text" })
  .refine(isExternalId, { error: "use 2 to 1224 of: letters, digits, _ + = , . @ : / -" });

export const region: z.ZodString = z
  .string({ error: "write a Region's code" })
  .refine(isRegion, { error: "use a Region's code, such as eu-central-1" });

export const policyArn: z.ZodString = text(
  /^arn:aws(-[a-z]+)*:iam::(\d{12}|aws):policy\/([\x21-\x39\x3b-\x7e]{1,510}\/)?[\w+=,.@-]{1,128}$/,
  "write the ARN of a managed policy, such as arn:aws:iam::aws:policy/ReadOnlyAccess",
);

export const sessionPolicyArn: z.ZodString = policyArn.refine((arn) => !arn.includes(","), {
  error: "choose a policy without a comma in its name: AWS_ROLE_N_SESSION_POLICY_ARNS is separated by commas",
});

/**
 * One line of what IAM accepts in a description: Latin-1 without control characters, and without a backquote, which a
 * shell would run in a dotenv file.
 */
export function line(maxLength: number): z.ZodString {
  return text(
    new RegExp(`^[\\u0020-\\u005f\\u0061-\\u007e\\u00a1-\\u00ff]{1,${maxLength}}$`),
    `use one line of 1 to ${maxLength} Latin-1 characters, without \``,
  );
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
export const tagKey: z.ZodString = text(
  /^(?![aA][wW][sS]:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u,
  "use 1 to 128 letters, digits, spaces, _ . : / = + @ -, not aws:…",
);

export const tags: z.ZodRecord<z.ZodString, z.ZodString> = z
  .record(
    tagKey,
    text(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u, "use up to 256 letters, digits, spaces, _ . : / = + @ -"),
    { error: "write tags as key: value" },
  )
  .refine((all) => Object.keys(all).length <= 50, { error: "keep at most 50 tags" })
  .refine((all) => new Set(Object.keys(all).map((key) => key.toLowerCase())).size === Object.keys(all).length, {
    error: "keep each key once: IAM ignores case in tag keys",
  });

/** IAM attaches ten managed policies to a role, or up to 20 where AWS has raised the quota; cross-checks.ts compares. */
export const managedPolicies: z.ZodArray<z.ZodString> = list(policyArn, 20, "list 1 to 20 policy ARNs");

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (`MaxSessionDuration`) */
export const maxSessionDuration: z.ZodInt = wholeNumber(3600, 43_200, "write whole seconds, from 3600 to 43200");

export const alias: z.ZodString = text(
  /^(?!\d+$|all$)[\w+=.@-]{1,64}$/,
  "use letters, digits, _ + = . @ -, not only digits and not all",
);

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (`SourceIdentity`) */
export const sourceIdentity: z.ZodString = text(
  /^(?!aws:)[\w+=,.@*?-]{1,64}$/,
  "use letters, digits, _ + = , . @ -; * and ? are wildcards",
);
