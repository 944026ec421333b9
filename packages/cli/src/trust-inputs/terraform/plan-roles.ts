import type { PolicyDocument, TrustRole } from "@agent-roles/trust";
import type { ParsedFile } from "../collect-inputs.ts";
import { isObject } from "../recognize.ts";
import {
  addPolicy,
  attachByArn,
  finishRole,
  policyFromText,
  type PolicyKind,
  type RoleBuilder,
  startRole,
} from "../role-builder.ts";
import { objects, planResources, type PlanResource } from "./plan-resources.ts";
import { type FollowReference, followReferences, withoutKeys } from "./references.ts";

/** A plan's resources by type, and the roles built so far. */
interface Plan {
  readonly resources: readonly PlanResource[];
  readonly account: string;
  readonly partition: string;
  readonly follow: FollowReference;
  readonly roles: readonly (RoleBuilder & { readonly resource: PlanResource; readonly name: string })[];
}

/**
 * The roles of `terraform show -json`, of a plan or a state. What is known only after apply is followed through the
 * configuration where it refers to another resource of the plan; else it reads `${…}` and is noted.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
export function planRoles({ value, file }: ParsedFile): readonly TrustRole[] {
  const document = isObject(value) ? value : {};
  const resources = planResources(document);
  const environment = { account: accountOf(resources), partition: partitionOf(resources) };
  const roles = ofType(resources, "aws_iam_role").map((resource) => startPlanRole(resource, environment, file));
  const plan: Plan = { resources, ...environment, follow: followReferences(document), roles };
  for (const role of roles) addOwnPolicies(role, plan);
  for (const resource of resources) attach(resource, plan);
  return roles.map(finishRole);
}

function startPlanRole(
  resource: PlanResource,
  { account, partition }: Pick<Plan, "account" | "partition">,
  file: string,
): Plan["roles"][number] {
  const { values, address } = resource;
  const { arn, path, name: givenName, assume_role_policy: trust, max_session_duration: seconds } = values;
  const name = typeof givenName === "string" ? givenName : `\${${plain(address)}}`;
  const made = `arn:${partition}:iam::${account}:role${typeof path === "string" ? path : "/"}${name}`;
  const role = startRole(typeof arn === "string" ? arn : made, { file, path: address });
  const note = (at: string, argument: string, assumed: string): void => {
    role.unknowns.push({ path: at, expression: `${address}.${argument}`, assumed });
  };
  if (typeof givenName !== "string") note("arn", "name", `nothing: it is known after apply and reads ${name}`);
  if (typeof arn !== "string" && account.startsWith("$"))
    note("arn", "arn", "one account, the same for the whole plan");
  if (typeof trust !== "string") note("trustPolicy", "assume_role_policy", "nothing: it is known after apply");
  role.trustPolicy =
    typeof trust === "string" ? policyFromText(trust) : unknownDocument(`${address}.assume_role_policy`);
  if (typeof seconds === "number") role.maxSessionDuration = seconds;
  const tags = isObject(values["tags_all"]) ? values["tags_all"] : values["tags"];
  if (isObject(tags)) role.tags = Object.fromEntries(Object.entries(tags).map(([key, tag]) => [key, String(tag)]));
  return { ...role, resource, name };
}

/** What stands in the role resource itself: inline policies, attached ARNs and the boundary. */
function addOwnPolicies(role: Plan["roles"][number], plan: Plan): void {
  const { inline_policy: inline, managed_policy_arns: arns, permissions_boundary: boundary } = role.resource.values;
  for (const { policy, name } of objects(inline)) {
    if (typeof policy === "string" || typeof name === "string")
      addDocument(role, policy, `${role.resource.address}.inline_policy`, "inline");
  }
  for (const arn of Array.isArray(arns) ? (arns as readonly unknown[]) : []) {
    if (typeof arn === "string") attachPolicy(role, arn, plan);
  }
  const policies = policiesFor(role.resource, "permissions_boundary", boundary, plan);
  const [policy] = policies;
  if (policy !== undefined) role.permissionsBoundary = documentOf(policy.values["policy"], policy.address);
  else if (typeof boundary === "string") {
    role.unknowns.push({
      path: "permissionsBoundary",
      expression: boundary,
      assumed: "no boundary: its text is not in the plan",
    });
  }
}

/** Attaches what a resource of its own attaches: `aws_iam_role_policy` and the two kinds of attachment. */
function attach(resource: PlanResource, plan: Plan): void {
  const { type, values, address } = resource;
  if (!["aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_iam_policy_attachment"].includes(type)) return;
  const argument = type === "aws_iam_policy_attachment" ? "roles" : "role";
  const targets = rolesFor(resource, argument, plan);
  if (targets.length === 0 && typeof values[argument] !== "string" && !Array.isArray(values[argument])) {
    for (const { unknowns } of plan.roles) {
      unknowns.push({
        path: "identityPolicies",
        expression: `${address}.${argument}`,
        assumed: "that it is not attached to this role",
      });
    }
  }
  for (const role of targets) {
    if (type === "aws_iam_role_policy") addDocument(role, values["policy"], address, "inline");
    else attachResource(role, resource, plan);
  }
}

function attachResource(role: RoleBuilder, resource: PlanResource, plan: Plan): void {
  const { policy_arn: arn } = resource.values;
  const policies = policiesFor(resource, "policy_arn", arn, plan);
  for (const policy of policies) addDocument(role, policy.values["policy"], policy.address, "managed");
  if (policies.length > 0) return;
  attachByArn(role, typeof arn === "string" ? arn : `\${${plain(resource.address)}.policy_arn}`);
}

function attachPolicy(role: RoleBuilder, arn: string, plan: Plan): void {
  const policy = ofType(plan.resources, "aws_iam_policy").find(({ values }) => values["arn"] === arn);
  if (policy === undefined) attachByArn(role, arn);
  else addDocument(role, policy.values["policy"], policy.address, "managed");
}

function rolesFor(resource: PlanResource, argument: string, plan: Plan): Plan["roles"] {
  const given = resource.values[argument];
  const names = (Array.isArray(given) ? (given as readonly unknown[]) : [given]).filter(
    (name) => typeof name === "string",
  );
  if (names.length > 0) return plan.roles.filter(({ name }) => names.includes(name));
  const addresses = sameInstance(
    plan.follow(resource, argument),
    resource,
    plan.roles.map((role) => role.resource),
  );
  return plan.roles.filter((role) => addresses.includes(role.resource));
}

function policiesFor(resource: PlanResource, argument: string, arn: unknown, plan: Plan): readonly PlanResource[] {
  const policies = ofType(plan.resources, "aws_iam_policy");
  if (typeof arn === "string") return policies.filter(({ values }) => values["arn"] === arn);
  return sameInstance(plan.follow(resource, argument), resource, policies);
}

/** Of several instances, `count` and `for_each` pair those with the same key; without such a pair all are meant. */
function sameInstance(
  targets: readonly string[],
  from: PlanResource,
  all: readonly PlanResource[],
): readonly PlanResource[] {
  const meant = all.filter(({ address }) => targets.includes(withoutKeys(address)));
  const key = keysOf(from.address);
  const paired = meant.filter(({ address }) => keysOf(address) === key);
  return paired.length > 0 ? paired : meant;
}

function keysOf(address: string): string {
  return (address.match(/\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/gu) ?? []).join("");
}

function addDocument(role: RoleBuilder, policy: unknown, address: string, kind: PolicyKind): void {
  const at = `identityPolicies[${role.identityPolicies.length}]`;
  if (typeof policy !== "string")
    role.unknowns.push({ path: at, expression: address, assumed: "nothing: the policy is known after apply" });
  addPolicy(role, documentOf(policy, address), kind);
}

function documentOf(policy: unknown, address: string): PolicyDocument {
  return typeof policy === "string" ? policyFromText(policy) : unknownDocument(`${address}.policy`);
}

function unknownDocument(expression: string): PolicyDocument {
  return { Statement: `\${${plain(expression)}}` };
}

/** An address as it may stand in an ARN. */
function plain(address: string): string {
  return address.replaceAll(/[^\w.-]+/gu, ".");
}

function ofType(resources: readonly PlanResource[], type: string): readonly PlanResource[] {
  return resources.filter((resource) => resource.type === type && !/(?:^|\.)data\./u.test(resource.address));
}

/** The account that the plan is made in, when it looks it up itself and there is but one. */
function accountOf(resources: readonly PlanResource[]): string {
  const ids = resources.filter(({ type }) => type === "aws_caller_identity").map(({ values }) => values["account_id"]);
  const [id] = ids;
  return typeof id === "string" && new Set(ids).size === 1 ? id : "${Account}";
}

function partitionOf(resources: readonly PlanResource[]): string {
  const partition = resources.find(({ type }) => type === "aws_partition")?.values["partition"];
  return typeof partition === "string" ? partition : "aws";
}
