import { isUnresolved } from "@agent-roles/iam";
import { demands } from "../conditions.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, principalsOf } from "../statements.ts";

const SOURCE = new Set(["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"]);
/** Services that take a role for what runs inside them; Roles Anywhere has a rule of its own. */
const EXEMPT = new Set(["ec2", "ecs-tasks", "lambda", "edgelambda", "pods.eks", "rolesanywhere"]);

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention */
export const serviceWithoutSource: Rule = {
  id: "service-without-source",
  severity: "medium",
  why: "the service acts for others, too, and could be made to use this role for them (confused deputy)",
  fix: "add StringEquals aws:SourceAccount with the account, or ArnLike aws:SourceArn with the resource",
  *checkStatement(statement) {
    if (!allowsAssuming(statement) || demands(statement, SOURCE)) return;
    for (const { type, value } of principalsOf(statement)) {
      const service = value.replace(/\.amazonaws\.com(?:\.cn)?$/, "");
      if (type !== "Service" || EXEMPT.has(service) || isUnresolved(value)) continue;
      yield { message: `service ${value} is not bound to an account or a resource` };
    }
  },
};
