import { type Condition, isUnresolved } from "@agent-roles/iam";
import { certainPart } from "../conditions.ts";
import { claimOf, demandedSubjects, oidcProviders } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** Whether all that matches is one owner's, by what a claim begins with; any other claim has to be written out. */
const WHOLE: ReadonlyMap<string, (certain: string, value: string) => boolean> = new Map([
  ["sub", subjectNamesOwner],
  ["repository", namesOwner],
  ["job_workflow_ref", namesOwner],
  ["email", (_certain: string, value: string) => /@[^*?]+$/.test(value)],
]);

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
export const oidcSubjectWildcard: Rule = {
  id: "oidc-subject-wildcard",
  severity: "high",
  why: "the wildcard reaches into the name of the owner, so that strangers' names match as well",
  fix: "write the owner out and end it with its separator: repo:my-org/my-repo:*",
  *checkStatement(statement) {
    for (const provider of oidcProviders(statement)) {
      const loose = demandedSubjects(statement, provider).map((entry) => ({
        claim: claimOf(entry) === "sub" ? "subject" : claimOf(entry),
        values: entry.values.filter((value) => !isWhole(value, entry)),
      }));
      // All of them have to hold: one that pins the token is enough.
      if (loose.some(({ values }) => values.length === 0)) continue;
      for (const { claim, values } of loose) {
        for (const value of values) {
          yield { message: `${claim} "${value}" also matches names that begin alike, such as those of strangers` };
        }
      }
    }
  },
};

function isWhole(value: string, entry: Condition): boolean {
  const certain = certainPart(value, entry);
  return certain === value || isUnresolved(certain) || (WHOLE.get(claimOf(entry))?.(certain, value) ?? false);
}

/** Whether a whole first name stands there with its separator. */
function subjectNamesOwner(certain: string): boolean {
  return /[^/:][/:]/.test(certain.replace(/^(?:system:serviceaccount:|[a-z_]+:)/, ""));
}

function namesOwner(certain: string): boolean {
  return /^[^/]+\//.test(certain);
}
