import type { Statement } from "@agent-roles/iam";
import { isDemand } from "../conditions.ts";
import { acceptsToken, COGNITO, demandedSubjects, oidcProviders } from "../oidc.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html */
export const cognitoGuests: Rule = {
  id: "cognito-guests",
  severity: "high",
  why: "an identity pool gives guest credentials to anyone in the world",
  fix: 'require ForAnyValue:StringLike cognito-identity.amazonaws.com:amr "authenticated", or suppress the finding for a guest role',
  *checkStatementOf(statement, role) {
    for (const provider of oidcProviders(statement)) {
      // Without amr and sub, the rule about subjects reports it.
      if (provider.issuer !== COGNITO || demandedSubjects(statement, COGNITO).length === 0) continue;
      if (excludesGuests(statement)) continue;
      if (!acceptsToken(role, statement, provider, { amr: "unauthenticated", sub: "us-east-1:guest" })) continue;
      yield { message: "guests of the identity pool, that is, anyone in the world, can assume the role" };
    }
  },
};

/** Whether a comparison without a set operator, which AWS does not define for a list, has no value of guests. */
function excludesGuests({ conditions }: Statement): boolean {
  return conditions.some(
    (each) =>
      each.key === `${COGNITO}:amr` &&
      each.qualifier === undefined &&
      isDemand(each) &&
      each.values.every((text) => each.operator?.matches({ text }, "unauthenticated") === false),
  );
}
