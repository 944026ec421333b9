import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { formatEnv, type Manifest, manifestEnv, targetRoles } from "@agent-roles/manifest";
import { formatRoleEnv, parseRoleEnv, type TargetRole } from "@agent-roles/runtime/role-env";
import type { StackResult } from "./fleet/fleet-options.ts";

/** Writes the `AWS_ROLE_N` values of a manifest to `agent-roles.env`, in one step, because a running `run` can follow the file. */
export async function writeEnvFile(directory: string, manifest: Manifest): Promise<void> {
  await replace(pathIn(directory), manifestEnv(manifest));
}

/**
 * Writes `agent-roles.env` after a deployment. An account that failed or was not deployed keeps the roles that the file has of it,
 * because they are the ones that exist; without any, it has those of the manifest if the account has a stack. When no account was
 * deployed, the file does not change.
 *
 * @param deployedBefore accounts that have a stack from before; without it, all can have one.
 */
export async function updateEnvFile(
  directory: string,
  manifest: Manifest,
  results: readonly StackResult[],
  deployedBefore?: ReadonlySet<string>,
): Promise<void> {
  const failed = new Set(results.filter((each) => !hasNewRoles(each)).map(({ account }) => account));
  const deployed = new Set(results.map(({ account }) => account).filter((account) => !failed.has(account)));
  if (deployed.size === 0) return;
  const path = pathIn(directory);
  const canExist = (account: string): boolean => deployedBefore?.has(account) ?? true;
  await replace(path, formatRoleEnv({ roles: existingRoles(manifest, await rolesIn(path), deployed, canExist) }));
}

function pathIn(directory: string): string {
  return join(directory, "agent-roles.env");
}

/** After `LeftBehind`, the stack is updated and only an old role could not be deleted. */
function hasNewRoles({ status, code }: StackResult): boolean {
  return status === "deployed" || status === "unchanged" || code === "LeftBehind";
}

/** The roles of the deployed accounts, and of the others those before. A profile and the default belong to one role. */
function existingRoles(
  manifest: Manifest,
  before: readonly TargetRole[],
  deployed: ReadonlySet<string>,
  canExist: (account: string) => boolean,
): readonly TargetRole[] {
  const isDeployed = ({ role }: TargetRole): boolean => deployed.has(role.accountId);
  const roles = targetRoles(manifest);
  const known = new Set([manifest.master.account, ...roles.map(({ role }) => role.accountId)]);
  const kept = before.filter((each) => known.has(each.role.accountId) && !isDeployed(each));
  const keeping = new Set(kept.map(({ role }) => role.accountId));
  const candidates = [
    ...roles.filter((each) => !isDeployed(each) && !keeping.has(each.role.accountId) && canExist(each.role.accountId)),
    ...kept,
    ...roles.filter(isDeployed),
  ];
  const places = new Map(roles.map(({ profile, number }) => [profile, number]));
  const place = ({ profile }: TargetRole): number => places.get(profile) ?? roles.length + 1;
  const chosen = [...new Map(candidates.map((each) => [each.profile, each])).values()];
  const defaultRole = chosen.findLast((each) => each.default);
  return chosen
    .toSorted((a, b) => place(a) - place(b))
    .map(({ default: isDefault, ...each }, index) => ({
      ...each,
      number: index + 1,
      ...(isDefault && each.profile === defaultRole?.profile && { default: isDefault }),
    }));
}

/** None when there is no file, or not one that `run` can use. */
async function rolesIn(path: string): Promise<readonly TargetRole[]> {
  try {
    return parseRoleEnv({ ...parseEnv(await readFile(path, "utf8")) }).roles;
  } catch {
    return [];
  }
}

async function replace(path: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, formatEnv(variables, "dotenv"));
  await rename(temporary, path);
}
