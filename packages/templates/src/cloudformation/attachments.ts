import { listOf, textOf } from "@agent-roles/iam";
import type { PolicyDocument } from "@agent-roles/trust";
import { isCreated } from "./intrinsics/conditions.ts";
import { holdsPlaceholder } from "./placeholder.ts";
import { asPolicyDocument } from "./policy-document.ts";
import type { InEachVariant } from "./resolve-value.ts";
import { arnOf } from "./resource-identity.ts";
import { type Scope, unknown } from "./scope.ts";
import { propertiesOf, type Stack } from "./stack.ts";

/** A policy of a role; which of the quotas it counts against depends on its kind. */
export interface IdentityPolicy {
  readonly kind: "inline" | "managed";
  readonly document: PolicyDocument;
}

/** The role that policies are attached to. */
export interface AttachTo {
  readonly name: string;
  readonly identityPolicies: IdentityPolicy[];
  /** Policies it has already, so that one attached from both sides counts once. */
  readonly attached: Set<string>;
}

/** The policies of all stacks that are resources of their own. */
export interface Attachments {
  /** The text of a managed policy, when it is in the sources. */
  readonly documentOf: (arn: unknown, at: string, scope: Scope) => PolicyDocument | undefined;
  /** @returns whether the policy's text is in the sources, so that it was added. */
  readonly addManaged: (arn: unknown, role: AttachTo, scope: Scope) => boolean;
  /** Adds the policies that name the role. */
  readonly addAttached: (role: AttachTo, scope: Scope) => void;
}

interface PolicyResource {
  readonly stack: Stack;
  readonly logicalId: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** Names, in whatever way the undecided conditions turn out, the roles that each policy is attached to and its ARN. */
export function findAttachments(
  stacks: readonly Stack[],
  roleKeys: ReadonlySet<string>,
  inEachVariant: InEachVariant,
): Attachments {
  const byArn = new Map<string, PolicyResource>();
  const byRole = new Map<string, Set<PolicyResource>>();
  /** Policies whose roles depend on a condition. */
  const changing = new Set<PolicyResource>();
  const adrift: (PolicyResource & { readonly expression: unknown })[] = [];
  for (const policy of stacks.flatMap(policyResources)) {
    const { stack, logicalId, resource } = policy;
    const names = namesOf(policy);
    const { results, isComplete } = inEachVariant(stack, (scope) => {
      if (resource["Type"] === "AWS::IAM::ManagedPolicy") byArn.set(arnOf(logicalId, resource, "", scope), policy);
      for (const name of listOf(scope.resolve(names, ""))) {
        const key = roleKey(stack, textOf(name));
        byRole.set(key, (byRole.get(key) ?? new Set()).add(policy));
        if (holdsPlaceholder(name) && !roleKeys.has(key)) adrift.push({ ...policy, expression: names });
      }
    });
    if (results.length > 1) changing.add(policy);
    if (!isComplete) adrift.push({ ...policy, expression: names });
  }
  const add = (policy: PolicyResource, role: AttachTo, scope: Scope): void => {
    const key = `${policy.stack.id}/${policy.logicalId}`;
    const at = `identityPolicies[${role.identityPolicies.length}]`;
    if (role.attached.has(key) || !isCreated(policy.resource, at, scope.in(policy.stack))) return;
    role.attached.add(key);
    const kind = policy.resource["Type"] === "AWS::IAM::ManagedPolicy" ? "managed" : "inline";
    role.identityPolicies.push({ kind, document: documentOf(policy, at, scope) });
  };
  return {
    documentOf: (arn, at, scope) => {
      const policy = byArn.get(textOf(arn));
      return policy === undefined ? undefined : documentOf(policy, at, scope);
    },
    addManaged: (arn, role, scope) => {
      const policy = byArn.get(textOf(arn));
      if (policy !== undefined) add(policy, role, scope);
      return policy !== undefined;
    },
    addAttached: (role, scope) => {
      for (const policy of byRole.get(roleKey(scope.stack, role.name)) ?? []) {
        if (!changing.has(policy) || namesRole(policy, role.name, scope)) add(policy, role, scope);
      }
      for (const { stack, logicalId, expression } of adrift) {
        if (stack !== scope.stack) continue;
        unknown(scope, "identityPolicies", expression, `the policy ${logicalId} is not attached to this role`, 0);
      }
    },
  };
}

/** Role names are unique within an account. */
export function roleKey({ source }: Stack, name: string): string {
  return `${source.account ?? ""}/${name}`;
}

const policyTypes: ReadonlySet<unknown> = new Set([
  "AWS::IAM::Policy",
  "AWS::IAM::RolePolicy",
  "AWS::IAM::ManagedPolicy",
]);

function policyResources(stack: Stack): readonly PolicyResource[] {
  const entries = [...stack.resources].filter(([, resource]) => policyTypes.has(resource["Type"]));
  return entries.map(([logicalId, resource]) => ({ stack, logicalId, resource }));
}

function documentOf({ stack, resource }: PolicyResource, at: string, scope: Scope): PolicyDocument {
  return asPolicyDocument(scope.in(stack).resolve(propertiesOf(resource)["PolicyDocument"], at));
}

/** The roles that a policy is attached to, as it names them. */
function namesOf({ resource }: PolicyResource): unknown {
  const { Roles: roles, RoleName: roleName } = propertiesOf(resource);
  return roles ?? roleName;
}

/** In this variant. */
function namesRole(policy: PolicyResource, name: string, scope: Scope): boolean {
  const names = scope.noting(new Map()).in(policy.stack).resolve(namesOf(policy), "");
  return listOf(names).some((each) => textOf(each) === name);
}
