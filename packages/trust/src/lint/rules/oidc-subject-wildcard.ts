import { demandsClaim, oidcProviders, subjects } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** Claims that pin the token by themselves, whatever the subject. */
const PINS = ["repository", "repository_id", "repository_owner_id", "job_workflow_ref"];

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
export const oidcSubjectWildcard: Rule = {
  id: "oidc-subject-wildcard",
  severity: "high",
  why: "the wildcard reaches into the name of the owner, so that strangers' names match as well",
  fix: "write the owner out and end it with its separator: repo:my-org/my-repo:*",
  *checkStatement(statement) {
    for (const provider of oidcProviders(statement)) {
      if (demandsClaim(statement, provider, PINS)) continue;
      for (const { value, wildcards } of subjects(statement, provider)) {
        if (!wildcards || !/[*?]/.test(value) || ownerIsWhole(value)) continue;
        yield { message: `subject "${value}" also matches names that begin alike, such as those of strangers` };
      }
    }
  },
};

/** Whether what stands before the first wildcard holds a whole first name with its separator. */
function ownerIsWhole(subject: string): boolean {
  const certain = subject.slice(0, subject.search(/[*?]/));
  const names = certain.replace(/^(?:system:serviceaccount:|[a-z_]+:)/, "");
  return /[^/:][/:]/.test(names);
}
