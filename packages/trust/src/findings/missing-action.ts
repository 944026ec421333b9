import {
  type CallerIdentity,
  type Condition,
  matchingPrincipals,
  type Principal,
  readCaller,
  type Statement,
} from "@agent-roles/iam";
import { isDemand, isPresenceGuard } from "./conditions.ts";
import type { IndexedRole } from "./indexed-role.ts";
import type { RoleIndex } from "./role-index.ts";
import type { Violation } from "./rule.ts";
import { allowsAssuming, covers, isEveryone, principalsOf } from "./statements.ts";

/** Condition keys, in lower case, that a call has only with an action beside the one that gives credentials. */
const CARRIED_WITH: readonly (readonly [action: string, key: RegExp])[] = [
  ["sts:TagSession", /^aws:(?:requesttag\/|tagkeys$)|^sts:transitivetagkeys$/],
  ["sts:SetSourceIdentity", /^sts:sourceidentity$/],
];

/** A condition that only calls with another action meet, where no statement allows its principals that action. */
export function unmetWithout(
  { trust }: IndexedRole,
  statement: Statement,
): { readonly condition: Condition; readonly action: string } | undefined {
  for (const [action, keys] of CARRIED_WITH) {
    const condition = statement.conditions.find(
      (each) => keys.test(each.key) && (isDemand(each) || isPresenceGuard(each)),
    );
    const own = principalsOf(statement);
    const allowing = trust.filter((other) => other.effect === "Allow" && covers(other, action));
    if (condition && !allowing.some((other) => sharesPrincipal(principalsOf(other), own))) return { condition, action };
  }
  return undefined;
}

/** Reports statements with a condition that no call meets without an action. */
export function* neverMetWithout(role: IndexedRole, missing: string): Iterable<Violation> {
  for (const statement of role.trust.filter(allowsAssuming)) {
    const { condition, action } = unmetWithout(role, statement) ?? {};
    if (!condition || action !== missing) continue;
    const message = `${condition.written} ${condition.name} is required, and ${action} is not allowed: no call passes`;
    yield { statement: statement.label, message, fix: `add ${action} to Action` };
  }
}

function sharesPrincipal(some: readonly Principal[], others: readonly Principal[]): boolean {
  return some.some(
    (one) =>
      isEveryone(one) ||
      others.some(
        (other) =>
          one.value === other.value ||
          isEveryone(other) ||
          (one.account !== undefined && one.account === other.account && (one.wholeAccount || other.wholeAccount)),
      ),
  );
}

/**
 * Reports where an action that the runtime's calls need besides sts:AssumeRole is not allowed: in the trust policy of a
 * target role, or in the policies of the master.
 */
export function* missingAction(role: IndexedRole, index: RoleIndex, action: string): Iterable<Violation> {
  if (index.targets().has(role)) yield* inTrust(role, index, action);
  if (role === index.master) yield* inPermissions(role, index, action);
}

function* inTrust(role: IndexedRole, index: RoleIndex, action: string): Iterable<Violation> {
  const caller = readCaller({ arn: index.context.masterRoleArn ?? "" });
  if (typeof caller === "string") return;
  const own = role.trust.filter((statement) => isNamed(statement, caller));
  const first = own.find(allowsAssuming);
  if (!first || own.some((statement) => covers(statement, action))) return;
  const message = `the trust policy allows the master ${first.action?.values.join(", ")}, but not ${action}`;
  yield { statement: first.label, message, fix: `add ${action} to Action` };
}

/** Whether an Allow statement names the caller for certain. */
function isNamed({ effect, principal }: Statement, caller: CallerIdentity): boolean {
  if (effect !== "Allow" || !principal || principal.negated) return false;
  return matchingPrincipals(principal, caller).some(({ truth }) => truth === "yes");
}

function* inPermissions(master: IndexedRole, index: RoleIndex, action: string): Iterable<Violation> {
  if (master.role.managedPolicyArns.length > 0) return;
  const may = index.reach(master);
  const mayToo = index.reach(master, action);
  const also = new Set(mayToo.patterns);
  if (may.patterns.every((pattern) => also.has(pattern))) return;
  const lacking = [...index.targets()].filter(({ role }) => may.includes(role.arn) && !mayToo.includes(role.arn));
  const [first, ...others] = lacking;
  if (!first) return;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  const message = `the master's own policies allow sts:AssumeRole on ${first.role.arn}${more}, but not ${action}`;
  yield { message, fix: `add ${action} to the statement that allows sts:AssumeRole` };
}
