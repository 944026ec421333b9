import type { LintRole } from "./lint-role.ts";
import { allowsAssuming, covers } from "./lint-statement.ts";
import type { Complaint } from "./rule.ts";
import type { World } from "./world.ts";

/**
 * Says where an action that the runtime's calls need besides sts:AssumeRole is not allowed: in the trust policy of a
 * target role, or in the policies of the master.
 */
export function* missingAction(role: LintRole, world: World, action: string): Iterable<Complaint> {
  if (world.targets().has(role)) yield* inTrust(role, world, action);
  if (role === world.master) yield* inPermissions(role, world, action);
}

function* inTrust(role: LintRole, world: World, action: string): Iterable<Complaint> {
  const own = world.lettingMasterIn(role);
  const first = own.find(allowsAssuming);
  if (!first || own.some((statement) => covers(statement, action))) return;
  const message = `the trust policy allows the master ${first.actions.join(", ")}, but not ${action}`;
  yield { statement: first.label, message, fix: `add ${action} to Action` };
}

function* inPermissions(master: LintRole, world: World, action: string): Iterable<Complaint> {
  if (master.role.managedPolicyArns.length > 0) return;
  const may = world.reach(master);
  const mayToo = world.reach(master, action);
  const also = new Set(mayToo.patterns);
  if (may.patterns.every((pattern) => also.has(pattern))) return;
  const lacking = [...world.targets()].filter(({ role }) => may.includes(role.arn) && !mayToo.includes(role.arn));
  const [first, ...others] = lacking;
  if (!first) return;
  const more = others.length > 0 ? ` and ${others.length} more` : "";
  const message = `the master's own policies allow sts:AssumeRole on ${first.role.arn}${more}, but not ${action}`;
  yield { message, fix: `add ${action} to the statement that allows sts:AssumeRole` };
}
