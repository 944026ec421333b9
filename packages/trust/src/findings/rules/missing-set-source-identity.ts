import { missingAction, neverMetWithout } from "../missing-action.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html */
export const missingSetSourceIdentity: Rule = {
  id: "missing-set-source-identity",
  severity: "error",
  why: "a call that passes a source identity fails without sts:SetSourceIdentity on both sides",
  fix: "add sts:SetSourceIdentity to the actions beside sts:AssumeRole, or pass no source identity",
  *checkRole(role, index) {
    yield* neverMetWithout(role, "sts:SetSourceIdentity");
    if (index.context.passes?.sourceIdentity ?? true) yield* missingAction(role, index, "sts:SetSourceIdentity");
  },
};
