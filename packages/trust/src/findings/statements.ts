import { coversAction, memoize, type Principal, type Statement } from "@agent-roles/iam";
import { ASSUME_ACTIONS } from "../assume-role/requested-actions.ts";

/** Whether the statement covers an action for certain, by its `Action` or `NotAction`. */
export const covers: (statement: Statement, action: string) => boolean = memoize(
  (statement: Statement, action) => statement.action !== undefined && coversAction(statement, action) === "yes",
);

/** Whether it allows one of the three calls that return the role's credentials. */
export function allowsAssuming(statement: Statement): boolean {
  return statement.effect === "Allow" && ASSUME_ACTIONS.some((action) => covers(statement, action));
}

/** The entries of `Principal`; none where the statement has `NotPrincipal`. */
export function principalsOf({ principal }: Statement): readonly Principal[] {
  return principal && !principal.negated ? principal.values : [];
}

/** `*`: everyone. */
export function isEveryone({ type, value }: Principal): boolean {
  return type === "AWS" && value === "*";
}

/** Whether an AWS service is among the principals. */
export function trustsService(statement: Statement, service: string): boolean {
  return principalsOf(statement).some(({ type, value }) => type === "Service" && value === service);
}

/** The ARNs that a trust policy statement names as principal and in some condition keys, each with where it is. */
export function* namedArns(
  statement: Statement,
  keys: readonly string[],
): Iterable<readonly [where: string, arn: string]> {
  for (const { type, value } of principalsOf(statement)) if (type !== "Service") yield ["principal", value];
  for (const { key, written, name, values } of statement.conditions) {
    if (keys.includes(key)) for (const value of values) yield [`${written} ${name}`, value];
  }
}

/** The roles that statements about sts:AssumeRole name, each with where it is. */
export function* assumableArns(identity: readonly Statement[]): Iterable<readonly [where: string, arn: string]> {
  for (const statement of identity) {
    if (!covers(statement, "sts:AssumeRole")) continue;
    for (const resource of resourcesOf(statement)) yield [`the ${statement.kind}: Resource`, resource];
  }
}

/** The `Resource` values; everything where the statement has `NotResource`. */
export function resourcesOf({ resource }: Statement): readonly string[] {
  return resource?.negated ? ["*"] : (resource?.values ?? []);
}
