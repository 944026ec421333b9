import {
  type Condition,
  conditionsMatch,
  type ContextEntry,
  coversAction,
  unknownEntry,
  parseArn,
  type Principal,
  quote,
  readPolicy,
  type Statement,
  entryOf,
} from "@agent-roles/iam";
import { ASSUME_ACTIONS, federatedAction } from "../assume-role/requested-actions.ts";
import type { TrustRole } from "../trust-model.ts";
import { type Clause, toClauses } from "./clauses.ts";

/** A principal of a trust policy in one spelling, whatever the policy's own. */
export interface NamedPrincipal {
  readonly kind: "aws" | "service" | "federated" | "everyone" | "unreadable";
  /** The ARN (an account's is `…:root`), the service or the provider; `*` for everyone. */
  readonly name: string;
}

/** When one principal can use one action on one role: any of the alternatives, and none of the exceptions. */
export interface Access {
  readonly principal: NamedPrincipal;
  readonly action: string;
  /** One for each Allow statement: clauses that must all hold. */
  readonly alternatives: readonly (readonly Clause[])[];
  /** One for each Deny statement; `of` is left out when it concerns everyone that the principal includes. */
  readonly exceptions: readonly { readonly of?: NamedPrincipal; readonly clauses: readonly Clause[] }[];
}

/** What a role's trust policy grants, by principal and action. Order, spelling and Sids of the statements do not matter. */
export function readGrants(role: TrustRole): ReadonlyMap<string, Access> {
  const partition = parseArn(role.arn)?.partition ?? "aws";
  const read = readPolicy(role.trustPolicy, "trust policy").statements.map((statement) => ({
    statement,
    principals: namedPrincipals(statement, partition),
    clauses: toClauses(statement).map((clause, i) => atRole(clause, statement.conditions[i], statement.version, role)),
  }));
  const denies = read.filter(({ statement }) => statement.effect === "Deny");
  const grants = new Map<string, Access>();
  for (const { statement, principals, clauses } of read) {
    if (statement.effect === "Deny") continue;
    for (const principal of principals) {
      for (const action of grantedActions(statement, principal)) {
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
      if (!grantedActions(statement, denied).includes(action)) continue;
      if (coversPrincipal(denied, principal)) {
        if (clauses.length === 0) return undefined;
        exceptions.push({ clauses });
      } else if (overlaps(denied, principal)) exceptions.push({ of: denied, clauses });
    }
  }
  return exceptions;
}

/** Whether a statement can concern one of the calls that give a role's credentials. */
export function isAboutAssuming(statement: Statement): boolean {
  return ASSUME_ACTIONS.some((action) => coversAction(statement, action) !== "no");
}

/** The actions of a statement that mean something for a principal: `sts:*` and the list of what it covers are the same. */
function grantedActions(statement: Statement, { kind, name }: NamedPrincipal): string[] {
  const usable =
    kind === "everyone" || kind === "unreadable"
      ? ASSUME_ACTIONS
      : [kind === "federated" ? federatedAction(name) : "sts:AssumeRole"];
  return [...usable, "sts:TagSession", "sts:SetSourceIdentity"].filter(
    (action) => coversAction(statement, action) !== "no",
  );
}

/**
 * The principals of a statement, in one spelling: `"123456789012"` becomes the account's ARN, `"*"` and `{"AWS":"*"}` are
 * the same.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function namedPrincipals(statement: Statement, partition: string): readonly NamedPrincipal[] {
  const { effect, principal: element, unreadable } = statement;
  if (effect === undefined) {
    // It can be about nobody or about anyone: shown, so that it is not overlooked.
    return [{ kind: "unreadable", name: `a statement that cannot be read (${unreadable ?? "no Effect"})` }];
  }
  const named = element?.values.map((principal) => toNamed(principal, partition)) ?? [];
  if (element?.negated) {
    const excluded = named.map(({ name }) => name).toSorted();
    return [{ kind: "everyone", name: `everyone but ${excluded.join(", ")}` }];
  }
  return named.length > 0 ? named : [{ kind: "unreadable", name: `Principal ${quote(element?.written)}` }];
}

function toNamed({ type, value, readable, wholeAccount, account }: Principal, partition: string): NamedPrincipal {
  if (readable && type === "Service") return { kind: "service", name: value };
  if (readable && type === "Federated") return { kind: "federated", name: value };
  if (!readable || type !== "AWS") return { kind: "unreadable", name: quote({ [type]: value }) };
  if (value === "*") return { kind: "everyone", name: value };
  return { kind: "aws", name: wholeAccount && account === value ? `arn:${partition}:iam::${value}:root` : value };
}

/** Whether a Deny can take something from a principal that it does not cover. */
function overlaps(denied: NamedPrincipal, principal: NamedPrincipal): boolean {
  const isVague = [denied.kind, principal.kind].some((kind) => kind === "everyone" || kind === "unreadable");
  return isVague || coversPrincipal(principal, denied);
}

/** Whether everyone that `narrow` names is also named by `wide`. */
export function coversPrincipal(wide: NamedPrincipal, narrow: NamedPrincipal): boolean {
  if (wide.kind === narrow.kind && wide.name === narrow.name) return true;
  if (wide.name === "*") return narrow.kind !== "unreadable";
  if (wide.kind !== "aws" || narrow.kind !== "aws") return false;
  const outer = parseArn(wide.name);
  const inner = parseArn(narrow.name);
  if (!outer || inner?.account !== outer.account || inner.partition !== outer.partition) return false;
  if (outer.resource === "root") return true;
  const [kind, roleName] = inner.resource.split("/");
  return kind === "assumed-role" && outer.resource.startsWith("role/") && outer.resource.endsWith(`/${roleName}`);
}

const ON_TAG = /^(?:aws|iam):resourcetag\/(.+)$/;
const VARIABLE = /\$\{\s*(?:aws|iam):resourcetag\/([^},]+?)\s*\}/gi;

/**
 * A clause as it is at one role: whether its condition on the role's tags holds, and the tags that it compares with filled
 * in, so that another tag is another clause. A transitive session tag can replace the role's own.
 */
function atRole(clause: Clause, condition: Condition | undefined, version: unknown, role: TrustRole): Clause {
  const tag = ON_TAG.exec(clause.key)?.[1];
  if (tag !== undefined && condition) {
    const entry = tagOf(tag, role);
    const { truth } = conditionsMatch([condition], version, new Map(entry ? [[clause.key, entry]] : []));
    return { ...clause, holds: truth, text: `${clause.text} (${describe(entry)})` };
  }
  if (!clause.variables) return clause;
  const fill = (text: string): string =>
    text.replaceAll(VARIABLE, (variable, name: string) => {
      const entry = tagOf(name.toLowerCase(), role);
      return entry?.state === "present" ? (entry.values[0] ?? variable) : variable;
    });
  const values = clause.values.map(fill);
  return { ...clause, values, variables: values.some((value) => value.includes("${")), text: fill(clause.text) };
}

/** @returns `undefined` when the role has no such tag. */
function tagOf(name: string, { tags = {}, unknowns }: TrustRole): ContextEntry | undefined {
  if (unknowns.some(({ path }) => /^tags\b/.test(path)))
    return unknownEntry("the role's tags cannot be resolved offline");
  return entryOf(Object.entries(tags).find(([key]) => key.toLowerCase() === name)?.[1]);
}

function describe(entry: ContextEntry | undefined): string {
  if (entry?.state === "unknown") return entry.why;
  return entry?.state === "present" ? `the role's tag is ${quote(entry.values[0])}` : "the role has no such tag";
}
