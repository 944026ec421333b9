import { acceptsToken, demandedSubjects, oidcProviders, STRANGERS_CLAIMS } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
export const oidcWithoutSubject: Rule = {
  id: "oidc-without-subject",
  severity: "critical",
  why: "every token of the issuer is accepted, for any subject",
  fix: "add StringEquals <provider>:sub with the subject",
  *checkStatementOf(statement, role) {
    for (const provider of oidcProviders(statement)) {
      const { issuer } = provider;
      if (demandedSubjects(statement, issuer).length > 0) continue;
      if (!acceptsToken(role, statement, provider, STRANGERS_CLAIMS)) continue;
      yield { message: `tokens of ${issuer} for any subject`, fix: `add "StringEquals": {"${issuer}:sub": "…"}` };
    }
  },
};
