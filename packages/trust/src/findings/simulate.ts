import type { PolicyDocument } from "@agent-roles/iam";
import type { AssumeRoleAnswer, AwsCaller } from "../assume-role-request.ts";
import { evaluateAssumeRole } from "../evaluate-assume-role.ts";
import type { TrustContext } from "../trust-model.ts";
import { bestRequest } from "./best-request.ts";
import type { IndexedRole } from "./indexed-role.ts";
import type { Reach } from "./reach.ts";

/** Stands for AWS's own policies that allow everything in STS; their text is not in a template. */
const ALLOW_STS: PolicyDocument = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "sts:*", Resource: "*" },
};

/** Gives a function that asks the evaluator whether one role can assume another, with the request that has the best chance. */
export function simulateWith(
  { organization }: TrustContext,
  ownAccounts: ReadonlySet<string>,
  reachOf: (role: IndexedRole) => Reach,
): (from: IndexedRole, to: IndexedRole) => AssumeRoleAnswer {
  const orgOf = ({ arn }: IndexedRole): { orgId?: string } =>
    organization !== undefined && arn && ownAccounts.has(arn.account) ? { orgId: organization } : {};
  return (from, to) => {
    const { role } = from;
    const caller: AwsCaller = {
      arn: role.arn,
      principalArn: role.arn,
      ...identityOf(from, to, reachOf),
      ...(role.permissionsBoundary !== undefined && { permissionsBoundary: role.permissionsBoundary }),
      tags: role.tags ?? {},
      ...orgOf(from),
    };
    const organizations: Record<string, string> = {
      ...(orgOf(from).orgId !== undefined && { "aws:principalorgid": organization ?? "" }),
      ...(orgOf(to).orgId !== undefined && { "aws:resourceorgid": organization ?? "" }),
    };
    return evaluateAssumeRole({
      caller,
      role: { arn: to.role.arn, trustPolicy: to.role.trustPolicy, tags: to.role.tags ?? {}, ...orgOf(to) },
      request: { context: bestRequest([...to.trust, ...from.identity], organizations) },
    });
  };
}

/** Unknown, when a managed policy whose text is not in the source could allow it. */
function identityOf(
  from: IndexedRole,
  to: IndexedRole,
  reachOf: (role: IndexedRole) => Reach,
): Pick<AwsCaller, "identityPolicies"> {
  const { identityPolicies, managedPolicyArns } = from.role;
  if (managedPolicyArns.length === 0) return { identityPolicies };
  const reach = reachOf(from);
  if (reach.patterns.includes("*")) return { identityPolicies: [...identityPolicies, ALLOW_STS] };
  return reach.includes(to.role.arn) ? { identityPolicies } : {};
}
