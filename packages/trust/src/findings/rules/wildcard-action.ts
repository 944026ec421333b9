import { matchesWildcard } from "@agent-roles/iam";
import type { Rule } from "../rule.ts";

/** Beside the call itself these decide what the session can claim to be. */
const UNSEEN = ["sts:tagsession", "sts:setsourceidentity"];

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html */
export const wildcardAction: Rule = {
  id: "wildcard-action",
  severity: "high",
  why: "a wildcard such as sts:* also grants session tags and source identities",
  fix: "list the actions: sts:AssumeRole, and sts:TagSession and sts:SetSourceIdentity where they are used",
  *checkStatement({ effect, action: element }) {
    if (effect !== "Allow" || !element || element.negated) return;
    for (const action of element.values) {
      const pattern = action.toLowerCase();
      if (!/[*?]/.test(pattern) || !UNSEEN.some((unseen) => matchesWildcard(pattern, unseen))) continue;
      yield { message: `Action "${action}" also grants sts:TagSession or sts:SetSourceIdentity` };
    }
  },
};
