import { type Condition, isUnresolved } from "@agent-roles/iam";
import { certainPart } from "../conditions.ts";
import { sample } from "../example-texts.ts";
import { acceptsToken, claimOf, demandedSubjects, oidcProviders, STRANGERS_CLAIMS } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** Whether all that matches is one owner's, by what a claim begins with; any other claim has to be written out. */
const WHOLE: ReadonlyMap<string, (certain: string, value: string) => boolean> = new Map([
  ["sub", subjectNamesOwner],
  ["repository", namesOwner],
  ["job_workflow_ref", namesOwner],
  ["email", namesDomain],
  ["user_email", namesDomain],
]);

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
export const oidcSubjectWildcard: Rule = {
  id: "oidc-subject-wildcard",
  severity: "high",
  why: "the wildcard covers part of the owner's name, so that strangers' names match as well",
  fix: "write the whole subject, owner included: repo:my-org@ID/my-repo@ID:environment:production",
  *checkStatementOf(statement, role) {
    for (const provider of oidcProviders(statement)) {
      const loose = demandedSubjects(statement, provider.issuer).map((entry) => ({
        claim: claimOf(entry),
        values: entry.values.filter((value) => !isWhole(value, entry)),
      }));
      // All of them have to hold: one that pins the token is enough.
      if (loose.some(({ values }) => values.length === 0)) continue;
      const claims = Object.fromEntries(loose.map(({ claim, values: [first = ""] }) => [claim, sample(first)]));
      for (const { claim, values } of loose) {
        for (const value of values) {
          const stranger = { ...STRANGERS_CLAIMS, ...claims, [claim]: sample(value) };
          if (!acceptsToken(role, statement, provider, stranger)) continue;
          const what = claim === "sub" ? "subject" : claim;
          yield { message: `${what} "${value}" also matches names that begin alike, such as those of strangers` };
        }
      }
    }
  },
};

function isWhole(value: string, entry: Condition): boolean {
  const certain = certainPart(value, entry);
  return certain === value || isUnresolved(certain) || (WHOLE.get(claimOf(entry))?.(certain, value) ?? false);
}

/** Whether a whole first name is there with its separator. */
function subjectNamesOwner(certain: string): boolean {
  return /[^/:][/:]/.test(certain.replace(/^(?:system:serviceaccount:|[a-z_]+:)/, ""));
}

function namesDomain(_certain: string, value: string): boolean {
  return /@[^*?]+$/.test(value);
}

function namesOwner(certain: string): boolean {
  return /^[^/]+\//.test(certain);
}
