import { createHash } from "node:crypto";
import { groupBy } from "@agent-roles/iam";
import { type Manifest, targetRoles } from "@agent-roles/manifest";
import type { TargetRole } from "@agent-roles/runtime/role-env";
import { stringify } from "yaml";
import { masterPermissions } from "./policies/master-permissions.ts";
import { masterTrustPolicy } from "./policies/master-trust-policy.ts";
import { targetTrustPolicy } from "./policies/target-trust-policy.ts";
import { rolePolicies, roleProperties } from "./role-properties.ts";

/** What one stack of an account contains. */
export interface StackContent {
  readonly account: string;
  /** From 1. Accounts whose template would exceed {@link TEMPLATE_QUOTA} have more than one stack. */
  readonly number: number;
  readonly hasMaster: boolean;
  readonly targets: readonly TargetRole[];
}

/** Bytes of a template inside a request; a larger one would need a bucket. */
export const TEMPLATE_QUOTA = 51_200;
/** Outputs of a stack; each target role has one. */
export const OUTPUTS_QUOTA = 200;
/** Description, keys and the name of each section. */
const TEMPLATE_OVERHEAD = 300;

/** Writing every policy as YAML to know its size takes most of a second for 1,000 roles. */
const known = new WeakMap<Manifest, readonly StackContent[]>();

/** The stacks of a manifest: one per account, or more where one template could not hold all roles. The master role then has its own. */
export function stackContents(manifest: Manifest): readonly StackContent[] {
  const contents = known.get(manifest) ?? divide(manifest);
  known.set(manifest, contents);
  return contents;
}

function divide(manifest: Manifest): StackContent[] {
  const byAccount = groupBy(targetRoles(manifest), ({ role }) => role.accountId);
  const groups = new Map<string, readonly TargetRole[]>([[manifest.master.account, []], ...byAccount]);
  return [...groups].flatMap(([account, targets]) => {
    const hasMaster = account === manifest.master.account;
    return split(manifest, targets, hasMaster)
      .map((part, index) => ({ account, number: index + 1, hasMaster: hasMaster && index === 0, targets: part }))
      .filter((each) => each.hasMaster || each.targets.length > 0);
  });
}

function split(manifest: Manifest, targets: readonly TargetRole[], hasMaster: boolean): readonly TargetRole[][] {
  const sizes = new Map(targets.map((each) => [each, roleBytes(manifest, each)]));
  // Whatever its stack, checks/template-sizes.ts reports a role that no template can hold.
  const bytes = (part: readonly TargetRole[]): number =>
    part
      .map((each) => sizes.get(each) ?? 0)
      .filter((size) => size + TEMPLATE_OVERHEAD <= TEMPLATE_QUOTA)
      .reduce((sum, size) => sum + size, TEMPLATE_OVERHEAD);
  const fits = (part: readonly TargetRole[], others = 0): boolean =>
    part.length <= OUTPUTS_QUOTA && bytes(part) + others <= TEMPLATE_QUOTA;
  if (fits(targets, hasMaster ? masterBytes(manifest) : 0)) return [[...targets]];
  for (let count = Math.ceil(bytes(targets) / TEMPLATE_QUOTA); ; count += 1) {
    const parts = groupBy(targets, ({ role }) => stackOf(role.roleName, count));
    const ofTargets = Array.from({ length: count }, (_, index) => parts.get(index) ?? []);
    if (ofTargets.every((part) => fits(part))) return hasMaster ? [[], ...ofTargets] : ofTargets;
  }
}

/**
 * A role keeps its stack while other roles come and go (rendezvous hashing): it moves only to a stack that is added, or from one
 * that is no longer needed.
 *
 * @see https://en.wikipedia.org/wiki/Rendezvous_hashing
 */
function stackOf(roleName: string, count: number): number {
  const weights = Array.from({ length: count }, (_, index) =>
    createHash("sha256").update(`${roleName}/${index}`).digest("hex"),
  );
  return weights.indexOf(weights.toSorted().at(-1) ?? "");
}

/** Bytes of a role and its output. */
function roleBytes(manifest: Manifest, target: TargetRole): number {
  const role = manifest.roles[target.number - 1];
  if (!role) return 0;
  const properties = {
    ...roleProperties(role),
    path: manifest.rolePath,
    assumeRolePolicyDocument: targetTrustPolicy(manifest, role),
    policies: rolePolicies(role, "agent-roles"),
  };
  const output = target.role.arn.length + target.profile.length + role.roleName.length;
  return resourceBytes(properties) + role.roleName.length + output + RESOURCE_OVERHEAD;
}

/** Bytes of the master role, its managed policies and its instance profile. */
function masterBytes(manifest: Manifest): number {
  const { master } = manifest;
  const [inline, ...managed] = masterPermissions(manifest);
  const properties = {
    ...roleProperties(master),
    path: master.path,
    assumeRolePolicyDocument: masterTrustPolicy(manifest),
    policies: [
      { policyName: "agent-roles", policyDocument: inline },
      ...rolePolicies(master, "agent-roles-statements"),
    ],
  };
  const others = (managed.length + 4) * (RESOURCE_OVERHEAD + master.path.length + 200);
  return resourceBytes(properties) + resourceBytes(managed) + others;
}

/** Logical ID, type and output of a resource. */
const RESOURCE_OVERHEAD = 120;

/** Bytes of a resource's properties in the YAML that the CDK sends. */
function resourceBytes(properties: unknown): number {
  const text = stringify(properties, { version: "1.1", lineWidth: 0 });
  // Below Resources, the logical ID and Properties.
  return Buffer.byteLength(text) + 6 * text.split("\n").length;
}
