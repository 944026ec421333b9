import { demandsSubject, oidcProviders } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
export const oidcWithoutSubject: Rule = {
  id: "oidc-without-subject",
  severity: "critical",
  why: "any token of the issuer lets its bearer in, whoever's it is",
  fix: "add StringEquals <provider>:sub with the subject",
  *checkStatement(statement) {
    for (const provider of oidcProviders(statement)) {
      if (demandsSubject(statement, provider)) continue;
      yield { message: `tokens of ${provider} for any subject`, fix: `add "StringEquals": {"${provider}:sub": "…"}` };
    }
  },
};
