import * as z from "zod";
import { accountId, externalId, fields, line, list, tagKey, tags, text, wholeNumber, yesOrNo } from "./fields.ts";
import type { ManifestTrust, TrustExpectation } from "./manifest.ts";

const ruleId = text(/^[a-z0-9]+(-[a-z0-9]+)*$/, "write a rule's id, such as wildcard-principal");

const severity = z.enum(["critical", "high", "error", "medium", "low", "info"], {
  error: "use critical, high, error, medium, warning or info",
});

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
  sessionTags: yesOrNo.exactOptional().describe("Whether the agent's sessions have tags."),
  sourceIdentity: yesOrNo.exactOptional().describe("Whether they have a source identity."),
}).exactOptional();

const expectation = fields({
  from: caller.describe(
    'The caller: "*" (any principal), outside-organization, outside-accounts, an ARN or a service; * and ? are wildcards.',
  ),
  to: rolePattern.describe("ARN of the target roles; * and ? are wildcards."),
  with: fields({
    externalId: externalId.exactOptional().describe("sts:ExternalId that the caller passes."),
    tags: tags.exactOptional().describe("Session tags that the caller passes."),
    sourceIdentity: stsName.exactOptional().describe("Source identity that the caller passes."),
    sessionName: stsName.exactOptional().describe("The session's name."),
  })
    .exactOptional()
    .describe("What the caller passes. Left out: nothing when it must be allowed, anything when it must be denied."),
  decision: z.enum(["allowed", "denied"], { error: "use allowed or denied" }).describe("The decision that must hold."),
});

/** Expectations: in the manifest's `trust:` section, or in a separate file. */
export const expectations: z.ZodType<readonly TrustExpectation[]> = list(
  expectation,
  1000,
  "list expectations, each with from, to and decision",
);

/** The `trust:` section: settings of `check` and of the check at synth. */
export const trustSection: z.ZodType<ManifestTrust> = fields({
  accounts: list(accountId, 1000, "list accounts, twelve digits in quotes")
    .exactOptional()
    .describe("Your other accounts, beside those of the master and the roles."),
  allowedAccounts: list(accountId, 1000, "list accounts, twelve digits in quotes")
    .exactOptional()
    .describe("Third-party accounts that roles may trust."),
  guessableNames: list(line(256), 100, "list names, such as the company's")
    .exactOptional()
    .describe("Names that make a weak external id, such as the company's."),
  sessionAttributes: sessionAttributes.describe(
    "What the agent passes when it assumes a role; the trust policies must allow it. Default: what attribution names.",
  ),
  passes: sessionAttributes.describe("Earlier name of sessionAttributes."),
  transitiveTagKeys: list(tagKey, 50, "list 1 to 50 keys of session tags")
    .exactOptional()
    .describe("Keys of the session tags that are passed on along a chain."),
  quotas: fields({
    trustPolicy: characters.exactOptional().describe("Characters of a trust policy. Default 2048."),
    roleInlinePolicies: characters.exactOptional().describe("Characters of a role's inline policies. Default 10240."),
    managedPolicy: characters.exactOptional().describe("Characters of a managed policy. Default 6144."),
    attachedPolicies: wholeNumber(10, 20, "write a whole number, 10 to 20")
      .exactOptional()
      .describe("Managed policies per role. Default 10."),
  })
    .exactOptional()
    .describe("Quotas of the accounts, where AWS has raised them."),
  severities: z
    .record(ruleId, severity, { error: "write rule: severity" })
    .exactOptional()
    .describe("Severities that replace those of the rules, by rule id."),
  suppressions: list(
    fields({
      id: ruleId.describe("The rule's id."),
      role: rolePattern.exactOptional().describe("The role's ARN; * and ? are wildcards. Default: every role."),
      message: line(1000)
        .exactOptional()
        .describe("Text that the finding's message must contain, such as an account. Default: any message."),
      reason: line(1000)
        .refine((reason) => reason.trim().length > 0, { error: "state why the finding is accepted" })
        .describe("Why the finding is accepted; it is listed in the output."),
    }),
    1000,
    "list suppressions, each with id and reason",
  )
    .exactOptional()
    .describe("Findings that you have reviewed and accept."),
  expect: expectations
    .exactOptional()
    .describe("Expectations; check proves each, and shows a counter-example when it fails."),
});
