import { asList, isRecord, type PolicyDocument } from "@agent-roles/iam";
import type { TrustRole } from "../trust-model.ts";

/** What stands for a value that could not be resolved; a policy variable has a colon. */
const PLACEHOLDER = /\$\{[^{}:]*\}/;

/** Whether one key of a `Condition` rests on something that is not known. */
type IsOpen = (operator: string, key: string, values: unknown) => boolean;

/** A condition on the role's tags, or one that compares with them. */
const RESOURCE_TAG = /^(?:aws|iam):resourcetag\/|\$\{\s*(?:aws|iam):resourcetag\//i;

/**
 * The trust policy as it would be if every value that is not known offline let as many in as it can: a condition that
 * has one always holds, a principal that has one is its whole account, or everybody. A Deny with one never holds. Where
 * the role's tags are not known, neither is what hangs on them.
 *
 * @returns `undefined` when everything in it is known.
 */
export function loosenPolicy({ trustPolicy, unknowns }: TrustRole): PolicyDocument | undefined {
  const isUnknown = (place: RegExp): boolean => unknowns.some(({ path }) => place.test(path));
  const tagsOpen = isUnknown(/^tags\b/);
  if (!tagsOpen && !isUnknown(/^trustPolicy/)) return undefined;
  return loosen(trustPolicy, tagsOpen ? hangsOnTags : () => false);
}

function hangsOnTags(_: string, key: string, values: unknown): boolean {
  return [key, ...asList(values)].some((text) => typeof text === "string" && RESOURCE_TAG.test(text));
}

/** The trust policy without the conditions that are open, and without what else is not known offline. */
export function loosen(trustPolicy: PolicyDocument, isOpen: IsOpen): PolicyDocument {
  const statements = asList(trustPolicy["Statement"]).flatMap((statement) => {
    if (!isRecord(statement))
      return hasUnknown(statement) ? [{ Effect: "Allow", Principal: "*", Action: "*" }] : [statement];
    if (statement["Effect"] === "Deny") return hasUnknown(statement) || hasOpen(statement, isOpen) ? [] : [statement];
    return [loosenStatement(statement, isOpen)];
  });
  return { ...trustPolicy, Statement: statements };
}

function hasOpen({ Condition: condition }: Readonly<Record<string, unknown>>, isOpen: IsOpen): boolean {
  if (!isRecord(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) => isRecord(keys) && Object.entries(keys).some(([key, values]) => isOpen(operator, key, values)),
  );
}

function hasUnknown(value: unknown): boolean {
  if (typeof value === "string") return PLACEHOLDER.test(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

function loosenStatement(statement: Readonly<Record<string, unknown>>, isOpen: IsOpen): Record<string, unknown> {
  const { Principal: principal, Condition: condition, ...rest } = statement;
  const others = Object.entries(rest).map(([name, value]): [string, unknown] => {
    if (!hasUnknown(value)) return [name, value];
    return name === "Effect" ? [name, "Allow"] : ["Action", "*"];
  });
  return {
    ...Object.fromEntries(others),
    ...(principal !== undefined && { Principal: loosenPrincipal(principal) }),
    ...(isRecord(condition) && { Condition: loosenCondition(condition, isOpen) }),
  };
}

function loosenPrincipal(principal: unknown): unknown {
  if (!hasUnknown(principal)) return principal;
  if (!isRecord(principal)) return "*";
  return Object.fromEntries(
    Object.entries(principal).map(([type, values]) => [type, asList(values).map((value) => loosenOne(value))]),
  );
}

function loosenOne(value: unknown): unknown {
  if (!hasUnknown(value)) return value;
  const [, partition, , , account = ""] = typeof value === "string" ? value.split(":") : [];
  return /^\d{12}$/.test(account) ? `arn:${partition}:iam::${account}:root` : "*";
}

function loosenCondition(condition: Readonly<Record<string, unknown>>, isOpen: IsOpen): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(condition).flatMap(([operator, keys]) => {
      if (hasUnknown(operator) || !isRecord(keys)) return hasUnknown(keys) ? [] : [[operator, keys]];
      const kept = Object.entries(keys).filter(
        ([key, values]) => !hasUnknown(key) && !hasUnknown(values) && !isOpen(operator, key, values),
      );
      return kept.length === 0 ? [] : [[operator, Object.fromEntries(kept)]];
    }),
  );
}
