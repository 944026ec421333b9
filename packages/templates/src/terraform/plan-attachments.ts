import { attachByArn, type RoleBuilder } from "../role-builder.ts";
import { ofType, type Plan, type PlanRole } from "./plan.ts";
import { addDocument, documentOf, plain } from "./plan-documents.ts";
import { policiesFor, rolesFor } from "./plan-links.ts";
import { objects, type PlanResource } from "./plan-resources.ts";

/** What stands in the role resource itself: inline policies, attached ARNs and the boundary. */
export function addOwnPolicies(role: PlanRole, plan: Plan): void {
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
  else if (typeof boundary === "string" || plan.isKnownAfterApply(role.resource, "permissions_boundary")) {
    role.unknowns.push({
      path: "permissionsBoundary",
      expression: typeof boundary === "string" ? boundary : `${role.resource.address}.permissions_boundary`,
      assumed: "no boundary: its text is not in the plan",
    });
  }
}

/** Attaches what a resource of its own attaches: `aws_iam_role_policy` and the two kinds of attachment. */
export function attach(resource: PlanResource, plan: Plan): void {
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
