import type { IndexedRole } from "./indexed-role.ts";
import type { RoleIndex } from "./role-index.ts";
import type { Complaint } from "./rule.ts";
import { allowsAssuming, covers } from "./statements.ts";

/**
 * Says where an action that the runtime's calls need besides sts:AssumeRole is not allowed: in the trust policy of a
 * target role, or in the policies of the master.
 */
export function* missingAction(role: IndexedRole, index: RoleIndex, action: string): Iterable<Complaint> {
  if (index.targets().has(role)) yield* inTrust(role, index, action);
  if (role === index.master) yield* inPermissions(role, index, action);
}

function* inTrust(role: IndexedRole, index: RoleIndex, action: string): Iterable<Complaint> {
  const own = index.lettingMasterIn(role);
  const first = own.find(allowsAssuming);
  if (!first || own.some((statement) => covers(statement, action))) return;
  const message = `the trust policy allows the master ${first.action?.values.join(", ")}, but not ${action}`;
  yield { statement: first.label, message, fix: `add ${action} to Action` };
}

function* inPermissions(master: IndexedRole, index: RoleIndex, action: string): Iterable<Complaint> {
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
