import { matchingPrincipals, parseArn, readCaller } from "@agent-roles/iam";
import type { Caller } from "../assume-role-request.ts";
import { readStatements, type Statement } from "./raw-statements.ts";
import type { TrustRole } from "../trust-model.ts";
import { isAboutAssuming } from "./actions.ts";
import { type Clause, readClauses } from "./clauses.ts";
import { loosenPolicy } from "./loosen-policy.ts";
import { type NamedPrincipal, readPrincipals } from "./principals.ts";

/** A role with its trust policy taken apart once, however many callers are asked about. */
export interface ReadTrust {
  readonly role: TrustRole;
  readonly partition: string;
  readonly principals: readonly NamedPrincipal[];
  readonly statements: readonly {
    readonly deny: boolean;
    readonly clauses: readonly Clause[];
    /** Whether it is about one of the calls that give credentials; else it is about tags or a source identity beside them. */
    readonly assumes: boolean;
  }[];
  /** Those that may let somebody in, with what is unknown offline taken for what lets most in. */
  readonly allowing: readonly Statement[];
}

/** Reads a role's trust policy. */
export function readTrust(role: TrustRole): ReadTrust {
  const partition = parseArn(role.arn)?.partition ?? "aws";
  const statements = readStatements(role.trustPolicy);
  const loose = loosenPolicy(role);
  const loosened = loose ? readStatements(loose) : statements;
  return {
    role,
    partition,
    principals: statements.flatMap(({ elements }) => readPrincipals(elements, partition)),
    statements: statements.map(({ effect, elements, version }) => ({
      deny: effect === "Deny",
      clauses: readClauses(elements["Condition"], version),
      assumes: isAboutAssuming(elements),
    })),
    allowing: loosened.filter(({ effect }) => effect !== "Deny"),
  };
}

/** Whether a statement may let the caller in; nobody gets past a trust policy that does not name him. */
export function mayName({ allowing }: ReadTrust, caller: Caller): boolean {
  const identity = readCaller(caller);
  return (
    typeof identity === "string" ||
    allowing.some(({ principal }) => {
      return !principal || principal.negated || matchingPrincipals(principal, identity).length > 0;
    })
  );
}
