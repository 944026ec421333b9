import { SEVERITIES } from "@agent-roles/trust/severity";
import * as z from "zod";
import {
  accountId,
  externalId,
  fields,
  line,
  list,
  optional,
  tagKey,
  tags,
  text,
  wholeNumber,
  yesOrNo,
} from "./fields.ts";

const ruleId = text(/^[a-z0-9]+(-[a-z0-9]+)*$/, "write a rule's ID, such as wildcard-principal");

const severity = z.enum(SEVERITIES, { error: `use one of ${SEVERITIES.join(", ")}` });

const characters = z
  .int({ error: "write a whole number of characters" })
  .min(1, { error: "write a whole number of characters, 1 or more" })
  .max(1_000_000, { error: "write the quota that AWS shows for the account" });

const rolePattern = text(
  /^(\*|arn:[\w*?-]+:iam::[\d*?]{1,12}:role\/[\w+=,.@*?/-]+)$/,
  'write a role\'s ARN, in which * and ? are wildcards, or "*"',
);

const caller = text(
  /^(\*|outside-organization|outside-accounts|arn:[\w*?-]+:(iam|sts)::[\d*?]{1,12}:[\x21-\x7e]+|[a-z0-9.*?-]+\.amazonaws\.com)$/,
  'write "*", outside-organization, outside-accounts, an ARN (* and ? are wildcards) or a service such as ec2.amazonaws.com',
);

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const stsName = text(/^[\w+=,.@-]{2,64}$/, "use 2 to 64 of: letters, digits, _ + = , . @ -");

const sessionAttributes = fields({
  sessionTags: optional(yesOrNo, "Whether the agent's sessions have tags."),
  sourceIdentity: optional(yesOrNo, "Whether they have a source identity."),
}).exactOptional();

const expectation = fields({
  from: caller.describe(
    'The caller: "*" (any principal), outside-organization, outside-accounts, an ARN or a service; * and ? are wildcards.',
  ),
  to: rolePattern.describe("ARN of the target roles; * and ? are wildcards."),
  with: optional(
    fields({
      externalId: optional(externalId, "sts:ExternalId that the caller passes."),
      tags: optional(tags, "Session tags that the caller passes."),
      sourceIdentity: optional(stsName, "Source identity that the caller passes."),
      sessionName: optional(stsName, "The session's name."),
    }),
    "What the caller passes. Left out: nothing when it must be allowed, anything when it must be denied.",
  ),
  decision: z.enum(["allowed", "denied"], { error: "use allowed or denied" }).describe("The decision that must hold."),
});

/** Expectations: in the manifest's `trust:` section, or in a separate file. */
export const expectations = list(expectation, 1000, "list expectations, each with from, to and decision");

/** The `trust:` section: settings of `check` and of the check at synth. */
export const trustSection = fields({
  accounts: optional(
    list(accountId, 1000, "list accounts, twelve digits in quotes"),
    "Your other accounts, beside those of the master and the roles.",
  ),
  allowedAccounts: optional(
    list(accountId, 1000, "list accounts, twelve digits in quotes"),
    "Third-party accounts that roles may trust.",
  ),
  guessableNames: optional(
    list(line(256), 100, "list names, such as the company's"),
    "Names that make a weak external ID, such as the company's.",
  ),
  sessionAttributes: sessionAttributes.describe(
    "What the agent passes when it assumes a role; the trust policies must allow it. Default: what attribution names.",
  ),
  passes: sessionAttributes.describe("Earlier name of sessionAttributes."),
  transitiveTagKeys: optional(
    list(tagKey, 50, "list 1 to 50 keys of session tags"),
    "Keys of the session tags that are passed on along a chain.",
  ),
  quotas: optional(
    fields({
      trustPolicy: optional(characters, "Characters of a trust policy. Default 2048."),
      roleInlinePolicies: optional(characters, "Characters of a role's inline policies. Default 10240."),
      managedPolicy: optional(characters, "Characters of a managed policy. Default 6144."),
      attachedPolicies: optional(
        wholeNumber(10, 20, "write a whole number, 10 to 20"),
        "Managed policies per role. Default 10.",
      ),
    }),
    "Quotas of the accounts, where AWS has raised them.",
  ),
  severities: optional(
    z.record(ruleId, severity, { error: "write rule: severity" }),
    "Severities that replace those of the rules, by rule ID.",
  ),
  suppressions: optional(
    list(
      fields({
        id: ruleId.describe("The rule's ID."),
        role: optional(rolePattern, "The role's ARN; * and ? are wildcards. Default: every role."),
        message: optional(
          line(1000),
          "Text that the finding's message must contain, such as an account. Default: any message.",
        ),
        reason: line(1000)
          .refine((reason) => reason.trim().length > 0, { error: "state why the finding is accepted" })
          .describe("Why the finding is accepted; it is listed in the output."),
      }),
      1000,
      "list suppressions, each with id and reason",
    ),
    "Findings that you have reviewed and accept.",
  ),
  expect: optional(expectations, "Expectations; check proves each, and shows a counter-example when it fails."),
});
