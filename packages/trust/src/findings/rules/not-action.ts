import { quote } from "@agent-roles/iam";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html */
export const notAction: Rule = {
  id: "not-action",
  severity: "high",
  why: "NotAction also grants sts:TagSession and sts:SetSourceIdentity",
  fix: "list the actions in Action: sts:AssumeRole, and sts:TagSession and sts:SetSourceIdentity where they are used",
  *checkStatement({ effect, action }) {
    if (effect !== "Allow" || !action?.negated) return;
    yield { message: `NotAction ${quote(action.written)} allows every action it does not name` };
  },
};
