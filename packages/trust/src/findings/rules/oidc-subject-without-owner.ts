import { isUnresolved } from "@agent-roles/iam";
import { certainPart } from "../conditions.ts";
import { sample } from "../example-texts.ts";
import { acceptsToken, demandsClaim, GITHUB, oidcProviders, STRANGERS_CLAIMS, subjects } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** Claims that name an owner, as a customized subject has them, too. */
const OWNERS = [
  "repository",
  "repository_id",
  "repository_owner",
  "repository_owner_id",
  "job_workflow_ref",
  "enterprise_id",
];
const NAMES_OWNER = new RegExp(`(?:^|:)(?:repo|${OWNERS.join("|")}):[^:]`);

/**
 * Every organization can customize the subject of its tokens to what it wants.
 *
 * @see https://docs.github.com/en/actions/reference/security/oidc#customizing-the-subject-claims-for-an-organization-or-repository
 */
export const oidcSubjectWithoutOwner: Rule = {
  id: "oidc-subject-without-owner",
  severity: "high",
  why: "the subject names no owner, and every organization can customize its subjects to the same text",
  fix: "begin the subject with its owner, repo:OWNER@ID/REPO@ID:…, or require repository_id as well",
  *checkStatementOf(statement, role) {
    for (const provider of oidcProviders(statement)) {
      const { issuer } = provider;
      if (issuer !== GITHUB || demandsClaim(statement, issuer, OWNERS)) continue;
      for (const { value, entry } of subjects(statement, issuer)) {
        const certain = certainPart(value, entry);
        // What begins with a wildcard is the rule's about wildcards.
        if (certain === "" || certain.startsWith("repo:") || isUnresolved(certain) || NAMES_OWNER.test(certain))
          continue;
        if (!acceptsToken(role, statement, provider, { ...STRANGERS_CLAIMS, sub: sample(value) })) continue;
        yield { message: `subject "${value}" names no owner: a stranger's organization can get the same` };
      }
    }
  },
};
