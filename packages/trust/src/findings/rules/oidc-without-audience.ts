import { acceptsToken, AUDIENCE, demandsClaim, oidcProviders, OTHER_AUDIENCE } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
export const oidcWithoutAudience: Rule = {
  id: "oidc-without-audience",
  severity: "critical",
  why: "a token that the issuer made for another application is accepted",
  fix: "add StringEquals <provider>:aud with the audience",
  *checkStatementOf(statement, role, { context: { oidcClientIds = [] } }) {
    for (const provider of oidcProviders(statement)) {
      const { issuer, principal, builtIn } = provider;
      if (demandsClaim(statement, issuer, AUDIENCE)) continue;
      if (!acceptsToken(role, statement, provider, OTHER_AUDIENCE)) continue;
      const fix = `add "StringEquals": {"${issuer}:aud": "<audience>"}`;
      const message = `tokens of ${issuer} for any audience`;
      if (builtIn) yield { message, fix };
      else {
        // STS accepts only audiences that the IAM provider lists as client IDs.
        const known = oidcClientIds.filter(({ providerArn }) => providerArn === principal);
        const audiences = new Set(known.flatMap(({ clientIds }) => clientIds));
        if (audiences.size === 1) continue;
        const list = audiences.size > 1 ? [...audiences].join(", ") : "not known here";
        yield { message: `${message} in the provider's ClientIdList (${list})`, fix, severity: "medium" };
      }
    }
  },
};
