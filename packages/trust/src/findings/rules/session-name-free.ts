import { type Attribution, lacking } from "../attribution.ts";
import type { Rule } from "../rule.ts";

/** Session names that tools choose and that are no task. */
const NAMES = ["agent-roles", "botocore-session-1700000000", "x7"];

const TASK: Attribution = {
  without: NAMES.map((name) => ({ "sts:rolesessionname": name, "aws:requesttag/agent-roles:task": undefined })),
  requiredBy: /^(?:sts:rolesessionname|aws:requesttag\/agent-roles:task)$/,
};

const FIX =
  'require StringLike sts:RoleSessionName with the pattern of your task ids, or aws:RequestTag/agent-roles:task "?*", beside sts:AssumeRole';

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_rolesessionname */
export const sessionNameFree: Rule = {
  id: "session-name-free",
  severity: "low",
  why: "with any session name, CloudTrail does not show the task that a session belongs to",
  fix: `${FIX}; with a manifest, set attribution: required`,
  *checkStatementOf(statement, role, index) {
    const found = lacking(TASK, statement, role, index);
    if (!found) return;
    const { caller, ...rest } = found;
    yield {
      message: `${caller} can assume the role with any session name, such as "${NAMES[0]}"`,
      ...rest,
      ...(index.context.attributionRequired && { fix: FIX }),
    };
  },
};
