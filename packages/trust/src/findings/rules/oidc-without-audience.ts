import { isUnresolved } from "@agent-roles/iam";
import { certainPart } from "../conditions.ts";
import { sample } from "../example-texts.ts";
import { acceptsToken, AUDIENCE, claimOf, demandsClaim, oidcProviders, OTHER_AUDIENCE, subjects } from "../oidc.ts";
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
      // No IAM provider limits what a wildcard matches: anyone can create an identity pool.
      const patterns = subjects(statement, issuer, builtIn ? AUDIENCE : []).filter(
        ({ value, entry }) => certainPart(value, entry) !== value && !isUnresolved(value),
      );
      if (patterns.length === 0 && demandsClaim(statement, issuer, AUDIENCE)) continue;
      const matched = patterns.map(({ value, entry }) => [claimOf(entry), sample(value)]);
      if (!acceptsToken(role, statement, provider, { ...OTHER_AUDIENCE, ...Object.fromEntries(matched) })) continue;
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
