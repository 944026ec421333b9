import { itemsOf } from "@agent-roles/iam";
import { addPolicy, attachByArn, type PolicyKind } from "../role-builder.ts";
import { ofType, type Plan, type PlanRole } from "./plan.ts";
import { plain } from "./plain-address.ts";
import { documentOf, policiesFor, rolesFor } from "./plan-links.ts";
import { objects, type PlanResource } from "./plan-resources.ts";

/** What the role resource itself has: inline policies, attached ARNs and the boundary. */
export function addOwnPolicies(role: PlanRole, plan: Plan): void {
  role.trustPolicy = documentOf(
    role,
    { resource: role.resource, argument: "assume_role_policy", at: "trustPolicy" },
    plan,
  );
  const { inline_policy: inline, managed_policy_arns: arns, permissions_boundary: boundary } = role.resource.values;
  for (const values of objects(inline)) {
    const isEmpty = typeof values["policy"] !== "string" && typeof values["name"] !== "string";
    if (!isEmpty)
      addDocument(
        role,
        { ...role.resource, address: `${role.resource.address}.inline_policy`, values },
        plan,
        "inline",
      );
  }
  for (const arn of itemsOf(arns)) {
    if (typeof arn === "string") attachPolicy(role, arn, plan);
  }
  const policies = policiesFor(role.resource, "permissions_boundary", boundary, plan);
  const [policy] = policies;
  if (policy !== undefined) {
    role.permissionsBoundary = documentOf(
      role,
      { resource: policy, argument: "policy", at: "permissionsBoundary" },
      plan,
    );
  } else if (typeof boundary === "string" || plan.isKnownAfterApply(role.resource, "permissions_boundary")) {
    role.unknowns.push({
      path: "permissionsBoundary",
      expression: typeof boundary === "string" ? boundary : `${role.resource.address}.permissions_boundary`,
      assumed: "no boundary (its text is not in the plan)",
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
        assumed: "it is not attached to this role",
      });
    }
  }
  for (const role of targets) {
    if (type === "aws_iam_role_policy") addDocument(role, resource, plan, "inline");
    else attachResource(role, resource, plan);
  }
}

function attachResource(role: PlanRole, resource: PlanResource, plan: Plan): void {
  const { policy_arn: arn } = resource.values;
  const policies = policiesFor(resource, "policy_arn", arn, plan);
  for (const policy of policies) addDocument(role, policy, plan, "managed");
  if (policies.length > 0) return;
  attachByArn(role, typeof arn === "string" ? arn : `\${${plain(resource.address)}.policy_arn}`);
}

function attachPolicy(role: PlanRole, arn: string, plan: Plan): void {
  const policy = ofType(plan.resources, "aws_iam_policy").find(({ values }) => values["arn"] === arn);
  if (policy === undefined) attachByArn(role, arn);
  else addDocument(role, policy, plan, "managed");
}

/** Gives the role the policy of a resource; one that is known only after apply is noted. */
function addDocument(role: PlanRole, resource: PlanResource, plan: Plan, kind: PolicyKind): void {
  const at = `identityPolicies[${role.identityPolicies.length}]`;
  addPolicy(role, documentOf(role, { resource, argument: "policy", at }, plan), kind);
}
