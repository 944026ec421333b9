import { isObject } from "../recognize.ts";
import { deferredChanges, objects, type PlanResource } from "./plan-resources.ts";

/**
 * Finds the arguments whose value is known only after apply: a plan leaves them out of its values, where they look like
 * arguments that nobody wrote.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format#change-representation
 */
export function knownAfterApply(
  plan: Readonly<Record<string, unknown>>,
): (resource: PlanResource, argument: string) => boolean {
  const unknown = new Map(
    [...deferredChanges(plan), ...objects(plan["resource_changes"])].map(({ address, change }) => [
      address,
      isObject(change) ? change["after_unknown"] : undefined,
    ]),
  );
  return ({ address }, argument) => {
    const after = unknown.get(address);
    return isObject(after) && after[argument] === true;
  };
}
