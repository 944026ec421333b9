import { isUnresolved } from "@agent-roles/iam";
import { demandsClaim, GITHUB, oidcProviders, subjects } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** `repo:OWNER/REPO`, as far as it is written out. */
const NAMES = /^repo:([^/:*?]+)\/([^:]*)/;

/** @see https://docs.github.com/en/actions/concepts/security/openid-connect */
export const oidcGithubMutableSubject: Rule = {
  id: "oidc-github-mutable-subject",
  severity: "medium",
  why: "names of owners and repositories can be released and registered by someone else",
  fix: "use the immutable form repo:OWNER@ID/REPO@ID, or require repository_id as well",
  *checkStatement(statement) {
    for (const { issuer: provider } of oidcProviders(statement)) {
      if (provider !== GITHUB || demandsClaim(statement, provider, ["repository_id", "repository_owner_id"])) continue;
      for (const { value } of subjects(statement, provider)) {
        const [, owner = "@", repository = ""] = NAMES.exec(value) ?? [];
        // The owner's ID is enough: only the owner can give the repository's name to another.
        if (isUnresolved(`${owner}/${repository}`)) continue;
        if (/@\d/.test(owner) || owner === "@" || /@\d/.test(repository)) continue;
        yield { message: `subject "${value}" names the owner "${owner}", a name that can change its owner` };
      }
    }
  },
};
