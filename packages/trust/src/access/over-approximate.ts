import {
  type Condition,
  hasPlaceholder,
  parseArn,
  type Policy,
  type Principal,
  readPolicy,
  replacePlaceholders,
  type Statement,
} from "@agent-roles/iam";
import type { TrustRole } from "../trust-model.ts";

/** A condition on the role's tags, or one that compares with them. */
const RESOURCE_TAG = /^(?:aws|iam):resourcetag\/|\$\{\s*(?:aws|iam):resourcetag\//i;

/**
 * The trust policy as it would be if every value that is unknown offline let as many callers in as it can: a condition
 * that has one always holds, a principal that has one is its whole account, or everyone. A Deny with one never holds. Where
 * the role's tags are unknown, so are the conditions that compare with them.
 *
 * @returns `undefined` when everything in it is known.
 */
export function overApproximateTrust({ trustPolicy, unknowns }: TrustRole): Policy | undefined {
  const isUnknown = (place: RegExp): boolean => unknowns.some(({ path }) => place.test(path));
  const tagsUnknown = isUnknown(/^tags\b/);
  if (!tagsUnknown && !isUnknown(/^trustPolicy/)) return undefined;
  return overApproximate(readPolicy(trustPolicy, "trust policy"), tagsUnknown ? comparesTags : () => false);
}

function comparesTags({ name, values }: Condition): boolean {
  return [name, ...values].some((text) => RESOURCE_TAG.test(text));
}

/** A policy without the conditions that are open, and with what else is unknown offline letting in as many as it can. */
export function overApproximate(policy: Policy, isOpen: (condition: Condition) => boolean): Policy {
  const isUnknown = (condition: Condition): boolean =>
    isOpen(condition) || [condition.name, ...condition.values].some(hasPlaceholder);
  return {
    ...policy,
    statements: policy.statements.flatMap((statement) => {
      const { effect, action, principal, resource, conditions } = statement;
      const actionUnknown = action?.values.some(hasPlaceholder);
      const resourceUnknown = resource?.values.some(hasPlaceholder);
      if (effect === "Deny") {
        const principalUnknown = principal?.values.some(({ value }) => hasPlaceholder(value));
        return actionUnknown || resourceUnknown || principalUnknown || conditions.some(isUnknown) ? [] : [statement];
      }
      const open: Statement = {
        ...statement,
        action: actionUnknown ? undefined : action,
        principal: principal && { ...principal, values: principal.values.map(widen) },
        resource: resource && { ...resource, values: resource.values.map((each) => replacePlaceholders(each, "*")) },
        conditions: conditions.filter((condition) => !isUnknown(condition)),
      };
      return [open];
    }),
  };
}

function widen(principal: Principal): Principal {
  const { type, value, account } = principal;
  if (!hasPlaceholder(value)) return principal;
  // Which service or provider it is decides; the caller is one that it can be.
  if (type !== "AWS") return { ...principal, readable: false };
  const everyone = {
    ...principal,
    readable: true,
    value: "*",
    arn: undefined,
    account: undefined,
    wholeAccount: false,
  };
  if (account === undefined) return everyone;
  const root = `arn:${principal.arn?.partition}:iam::${account}:root`;
  return { ...everyone, value: root, arn: parseArn(root), account, wholeAccount: true };
}
