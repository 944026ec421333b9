import type { Rule } from "../rule.ts";
import { principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
export const orphanedPrincipalId: Rule = {
  id: "orphaned-principal-id",
  severity: "high",
  why: "the principal was deleted; only its ID is left",
  fix: "name the principal that exists now, or its account with ArnEquals aws:PrincipalArn, which survives re-creation",
  *checkStatement(statement) {
    for (const { value } of principalsOf(statement)) {
      if (!/^A(?:RO|ID)A[A-Z0-9]{8,}$/.test(value)) continue;
      yield {
        message: `principal "${value}" is the ID of a ${value.startsWith("AROA") ? "role" : "user"} that was deleted`,
      };
    }
  },
};
