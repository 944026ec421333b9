import { type Attribution, lacking } from "../attribution.ts";
import type { Rule } from "../rule.ts";

const SOURCE_IDENTITY: Attribution = {
  // A session that has one already hands it on.
  without: [{ "sts:sourceidentity": undefined, "aws:sourceidentity": undefined }],
  requiredBy: /^(?:sts|aws):sourceidentity$/,
};

const FIX = 'require StringLike sts:SourceIdentity "?*" beside sts:AssumeRole';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html */
export const attributionNotRequired: Rule = {
  id: "attribution-not-required",
  severity: "low",
  why: "without a source identity, CloudTrail does not show on whose behalf a session works",
  fix: `${FIX}; with a manifest, set attribution: required`,
  *checkStatementOf(statement, role, index) {
    const found = lacking(SOURCE_IDENTITY, statement, role, index);
    if (!found) return;
    const { caller, ...rest } = found;
    yield {
      message: `${caller} can assume the role without a source identity`,
      ...rest,
      ...(index.context.attributionRequired && { fix: FIX }),
    };
  },
};
