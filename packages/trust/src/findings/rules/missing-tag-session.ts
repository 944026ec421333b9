import { missingAction, neverMetWithout } from "../missing-action.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, covers, trustsService } from "../statements.ts";

const ACTION = "sts:TagSession";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required */
export const missingTagSession: Rule = {
  id: "missing-tag-session",
  severity: "error",
  why: "a call that passes session tags fails without sts:TagSession on both sides",
  fix: "add sts:TagSession to the actions beside sts:AssumeRole, or pass no session tags",
  *checkRole(role, index) {
    const pods = role.trust.filter(
      (statement) => statement.effect === "Allow" && trustsService(statement, "pods.eks.amazonaws.com"),
    );
    const first = pods.find(allowsAssuming);
    if (first && !pods.some((statement) => covers(statement, ACTION))) {
      yield {
        statement: first.label,
        message: "pods.eks.amazonaws.com always passes session tags, and is not allowed sts:TagSession",
      };
    }
    yield* neverMetWithout(role, ACTION);
    if (index.context.passes?.sessionTags ?? true) yield* missingAction(role, index, ACTION);
  },
};
