import { accountOf, groupBy, isUnresolved, matchesResource, readPolicy } from "@agent-roles/iam";
import { knownPolicies } from "../access/managed-policies.ts";
import type { IndexedRole } from "./indexed-role.ts";
import { covers, resourcesOf } from "./statements.ts";

/** Which roles some identity policies let an action be done to, conditions and denials aside. */
export interface Reach {
  readonly patterns: readonly string[];
  /** Accounts that the patterns name; `undefined` when one of them is open to any. */
  readonly accounts: ReadonlySet<string> | undefined;
  readonly includes: (arn: string) => boolean;
}

/** Of nearly all roles. */
const NOTHING: Reach = { patterns: [], accounts: new Set(), includes: () => false };

/** Reads the `Resource` patterns of the Allow statements that are about the action. */
export function readReach({ role }: IndexedRole, action: string): Reach {
  const { policies } = knownPolicies(role);
  const statements = policies.flatMap((each) => readPolicy(each, "identity policy").statements);
  const allowing = statements.filter((each) => each.effect === "Allow" && covers(each, action));
  const patterns = [...new Set(allowing.flatMap(resourcesOf))].filter((pattern) => !isUnresolved(pattern));
  if (patterns.length === 0) return NOTHING;
  const buckets = groupBy(patterns, (pattern) => accountOf(pattern));
  const open = buckets.get(undefined) ?? [];
  return {
    patterns,
    accounts: open.length > 0 ? undefined : new Set(patterns.flatMap((pattern) => accountOf(pattern) ?? [])),
    includes: (arn) => {
      const own = buckets.get(accountOf(arn)) ?? [];
      return [open, own].some((some) => some.some((text) => matchesResource({ text }, arn)));
    },
  };
}
