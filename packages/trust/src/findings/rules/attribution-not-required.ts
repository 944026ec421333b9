import { type Attribution, lacking } from "../attribution.ts";
import type { Rule } from "../rule.ts";

const SOURCE_IDENTITY: Attribution = {
  // A session that has one already hands it on.
  without: [{ "sts:sourceidentity": undefined, "aws:sourceidentity": undefined }],
  requiredBy: /^(?:sts|aws):sourceidentity$/,
  how: "without a source identity",
  fix: 'require StringLike sts:SourceIdentity "?*" beside sts:AssumeRole',
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html */
export const attributionNotRequired: Rule = {
  id: "attribution-not-required",
  severity: "low",
  why: "without a source identity, CloudTrail does not show on whose behalf a session works",
  fix: `${SOURCE_IDENTITY.fix}; with a manifest, set attribution: required`,
  checkStatementOf: (...statement) => lacking(SOURCE_IDENTITY, ...statement),
};
