import { parseArn, quote } from "@agent-roles/iam";
import { readStatements, type Statement } from "./raw-statements.ts";
import type { TrustRole } from "../trust-model.ts";
import { grantedActions } from "./actions.ts";
import { type Clause, readClauses } from "./clauses.ts";
import { atRole } from "./tags-of-the-role.ts";
import { coversPrincipal, type NamedPrincipal, readPrincipals } from "./principals.ts";

/** When one principal may use one action on one role: any of the alternatives, and none of the exceptions. */
export interface Access {
  readonly principal: NamedPrincipal;
  readonly action: string;
  /** One an Allow statement: clauses that must all hold. */
  readonly alternatives: readonly (readonly Clause[])[];
  /** One a Deny statement; `of` is left out when it is about everybody the principal stands for. */
  readonly exceptions: readonly { readonly of?: NamedPrincipal; readonly clauses: readonly Clause[] }[];
}

/** What a role's trust policy grants, by principal and action. Order, spelling and Sids of the statements leave no trace. */
export function readGrants(role: TrustRole): ReadonlyMap<string, Access> {
  const { arn, trustPolicy } = role;
  const partition = parseArn(arn)?.partition ?? "aws";
  const statements = readStatements(trustPolicy);
  const read = statements.map((statement) => ({
    statement,
    principals: principalsOf(statement, partition),
    clauses: clausesOf(statement, role),
  }));
  const denies = read.filter(({ statement }) => statement.effect === "Deny");
  const grants = new Map<string, Access>();
  for (const { statement, principals, clauses } of read) {
    if (statement.effect === "Deny") continue;
    for (const principal of principals) {
      for (const action of grantedActions(statement.elements, principal)) {
        const key = `${principal.kind} ${principal.name} ${action}`;
        const alternatives = [...(grants.get(key)?.alternatives ?? []), clauses];
        const exceptions = exceptionsFor(principal, action, denies);
        if (exceptions !== undefined) grants.set(key, { principal, action, alternatives, exceptions });
      }
    }
  }
  return grants;
}

interface ReadStatement {
  readonly statement: Statement;
  readonly principals: readonly NamedPrincipal[];
  readonly clauses: readonly Clause[];
}

/** @returns `undefined` when a Deny without a condition leaves nothing. */
function exceptionsFor(
  principal: NamedPrincipal,
  action: string,
  denies: readonly ReadStatement[],
): Access["exceptions"] | undefined {
  const exceptions: Access["exceptions"][number][] = [];
  for (const { statement, principals, clauses } of denies) {
    for (const denied of principals) {
      if (!grantedActions(statement.elements, denied).includes(action)) continue;
      if (coversPrincipal(denied, principal)) {
        if (clauses.length === 0) return undefined;
        exceptions.push({ clauses });
      } else if (overlaps(denied, principal)) exceptions.push({ of: denied, clauses });
    }
  }
  return exceptions;
}

/** Whether a Deny may take something from a principal that it does not cover. */
function overlaps(denied: NamedPrincipal, principal: NamedPrincipal): boolean {
  const isVague = [denied.kind, principal.kind].some((kind) => kind === "everyone" || kind === "unreadable");
  return isVague || coversPrincipal(principal, denied);
}

function principalsOf(statement: Statement, partition: string): readonly NamedPrincipal[] {
  if (statement.effect !== undefined) return readPrincipals(statement.elements, partition);
  // Nobody, or anybody: shown, so that it is not passed over.
  const content = statement.unreadable ?? quote(statement.elements);
  return [{ kind: "unreadable", name: `a statement that cannot be read (${content})` }];
}

function clausesOf({ elements, version }: Statement, role: TrustRole): readonly Clause[] {
  return readClauses(elements["Condition"], version).map((clause) => atRole(clause, role));
}
