import { type Attribution, lacking } from "../attribution.ts";
import type { Rule } from "../rule.ts";

/** Session names that tools choose and that are no task. */
const NAMES = ["agent-roles", "botocore-session-1700000000", "x7"];

const TASK: Attribution = {
  without: NAMES.map((name) => ({ "sts:rolesessionname": name, "aws:requesttag/agent-roles:task": undefined })),
  requiredBy: /^(?:sts:rolesessionname|aws:requesttag\/agent-roles:task)$/,
  how: `with any session name, such as "${NAMES[0]}"`,
  fix: 'require StringLike sts:RoleSessionName with the pattern of your task IDs, or aws:RequestTag/agent-roles:task "?*", beside sts:AssumeRole',
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_rolesessionname */
export const sessionNameFree: Rule = {
  id: "session-name-free",
  severity: "low",
  why: "with any session name, CloudTrail does not show the task that a session belongs to",
  fix: `${TASK.fix}; with a manifest, set attribution: required`,
  checkStatementOf: (...statement) => lacking(TASK, ...statement),
};
