import { demandsAudience, oidcProviders } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
export const oidcWithoutAudience: Rule = {
  id: "oidc-without-audience",
  severity: "critical",
  why: "a token that the issuer made for any other application lets its bearer in",
  fix: "add StringEquals <provider>:aud with the audience, usually sts.amazonaws.com",
  *checkStatement(statement) {
    for (const provider of oidcProviders(statement)) {
      if (demandsAudience(statement, provider)) continue;
      yield {
        message: `tokens of ${provider} for any audience`,
        fix: `add "StringEquals": {"${provider}:aud": "sts.amazonaws.com"}`,
      };
    }
  },
};
