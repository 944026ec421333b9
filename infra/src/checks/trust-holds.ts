import { groupBy } from "@agent-roles/iam";
import { type Manifest, masterRoleArn, sessionAttributes, targetRoles } from "@agent-roles/manifest";
import { evaluateAssumeRole } from "@agent-roles/trust";
import { definedOnly, type Diagnostic } from "@agent-roles/runtime/role-env";
import { masterPermissions } from "../policies/master-permissions.ts";
import { policyDocument } from "../policies/policy-document.ts";
import { targetTrustPolicy } from "../policies/target-trust-policy.ts";

/**
 * Evaluates for every target whether the master can assume it the way the runtime does (external ID, session tags, source
 * identity). Gives a problem for each target that is not allowed.
 */
export function trustProblems(manifest: Manifest): Diagnostic[] {
  const master = masterRoleArn(manifest);
  const { sessionTags, sourceIdentities, requiredTaskIds: [taskId = "synth"] = [] } = sessionAttributes(manifest);
  const [sourceIdentity] = sourceIdentities;
  const attributes = {
    ...(sessionTags.length > 0 && { sessionTags: Object.fromEntries(sessionTags.map((key) => [key, "synth"])) }),
    ...(sourceIdentity !== undefined && { sourceIdentity: sourceIdentity.replaceAll(/[*?]/g, "xx") }),
  };
  const organization = manifest.organization !== undefined && { orgId: manifest.organization };
  const caller = {
    arn: `arn:${master.partition}:sts::${master.accountId}:assumed-role/${master.roleName}/synth`,
    principalArn: master.arn,
    identityPolicies: [...masterPermissions(manifest), policyDocument(manifest.master.statements ?? [])].map(
      (document) => ({
        ...document,
      }),
    ),
    ...organization,
  };
  // Such targets have the same trust policy and match the same pattern of the master's permission: one evaluation is enough.
  const groups = groupBy(targetRoles(manifest), ({ role, externalId }) => JSON.stringify([role.accountId, externalId]));
  return [...groups.values()].flatMap((alike) => {
    const [first] = alike;
    if (!first) return [];
    const { role, externalId } = first;
    const trustPolicy = { ...targetTrustPolicy(manifest, definedOnly({ externalId })) };
    const { decision, reasons } = evaluateAssumeRole({
      caller,
      role: { arn: role.arn, trustPolicy, ...organization },
      request: {
        ...definedOnly({ externalId }),
        roleSessionName: taskId.replaceAll(/[*?]/g, "xx"),
        ...attributes,
      },
    });
    if (decision === "allowed") return [];
    const why = reasons.filter(({ effect }) => effect !== "allowed").map(({ message }) => message);
    const message = `the master ${master.arn} cannot assume it (${decision}): ${why.join(", ")}`;
    const fix = "correct the manifest, or report this with the manifest as a bug";
    return alike.map((target) => ({ path: target.role.arn, message, fix }));
  });
}
