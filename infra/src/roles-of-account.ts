import { type Manifest, targetRoles } from "@agent-roles/manifest";
import type { TargetRole } from "@agent-roles/runtime/role-env";

/** Read once a manifest: there is a stack for each account, and each asks. */
const byManifest = new WeakMap<Manifest, ReadonlyMap<string, readonly TargetRole[]>>();

/** The target roles of one account, in the order of the manifest. */
export function rolesOfAccount(manifest: Manifest, account: string): readonly TargetRole[] {
  const known = byManifest.get(manifest) ?? byAccount(manifest);
  byManifest.set(manifest, known);
  return known.get(account) ?? [];
}

function byAccount(manifest: Manifest): ReadonlyMap<string, readonly TargetRole[]> {
  const groups = new Map<string, TargetRole[]>();
  for (const target of targetRoles(manifest)) {
    const { accountId } = target.role;
    const group = groups.get(accountId);
    if (group) group.push(target);
    else groups.set(accountId, [target]);
  }
  return groups;
}
