import {
  type Caller,
  matchingPrincipals,
  parseArn,
  type Policy,
  readCaller,
  readPolicy,
  type Statement,
} from "@agent-roles/iam";
import type { TrustRole } from "../trust-model.ts";
import { type Clause, isNull, toClauses } from "./clauses.ts";
import { isAboutAssuming, namedPrincipals, type NamedPrincipal } from "./grants.ts";
import { overApproximateTrust } from "./over-approximate.ts";

/** A role with its trust policy taken apart once, however many callers are simulated. */
export interface ReadTrust {
  readonly role: TrustRole;
  readonly policy: Policy;
  readonly partition: string;
  readonly principals: readonly NamedPrincipal[];
  readonly statements: readonly {
    readonly deny: boolean;
    readonly clauses: readonly Clause[];
    /** Whether it concerns one of the calls that give credentials; else it concerns tags or a source identity beside them. */
    readonly assumes: boolean;
  }[];
  /** Those that can let someone in, with what is unknown offline taken for what lets most in. */
  readonly allowing: readonly Statement[];
}

/** Reads a role's trust policy. */
export function readTrust(role: TrustRole): ReadTrust {
  const partition = parseArn(role.arn)?.partition ?? "aws";
  const policy = readPolicy(role.trustPolicy, "trust policy");
  return {
    role,
    policy,
    partition,
    principals: policy.statements.flatMap((statement) => namedPrincipals(statement, partition)),
    statements: policy.statements.map((statement) => ({
      deny: statement.effect === "Deny",
      clauses: toClauses(statement),
      assumes: isAboutAssuming(statement),
    })),
    allowing: (overApproximateTrust(role) ?? policy).statements.filter(({ effect }) => effect !== "Deny"),
  };
}

/** The statements that can let the caller in; nobody gets past a trust policy that does not name them. */
export function namingStatements({ allowing }: ReadTrust, caller: Caller): readonly Statement[] {
  const identity = readCaller(caller);
  if (typeof identity === "string") return allowing;
  return allowing.filter(
    ({ principal }) => principal === undefined || matchingPrincipals(principal, identity).length > 0,
  );
}

/** The values that conditions compare a key with; those with a variable, which has many values, only on request. */
export function valuesOf({ statements }: ReadTrust, key: string, withVariables = false): string[] {
  return statements
    .flatMap(({ clauses }) => clauses)
    .filter((clause) => clause.key === key && !isNull(clause))
    .flatMap(({ values }) => values)
    .filter((value) => withVariables || !value.includes("${"));
}
