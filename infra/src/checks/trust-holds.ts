import { type Manifest, masterRoleArn, targetRoles } from "@agent-roles/manifest";
import { evaluateAssumeRole } from "@agent-roles/trust";
import type { InfraProblem } from "../infra-error.ts";
import { masterPermissions } from "../policies/master-permissions.ts";
import { targetTrustPolicy } from "../policies/target-trust-policy.ts";

/**
 * Asks of every target whether the master, as the runtime calls (external id, session tags, source identity), may
 * assume it; gives a problem for each that is not plainly allowed.
 */
export function trustProblems(manifest: Manifest): InfraProblem[] {
  const master = masterRoleArn(manifest);
  const organization = manifest.organization !== undefined && { orgId: manifest.organization };
  const caller = {
    arn: `arn:${master.partition}:sts::${master.accountId}:assumed-role/${master.roleName}/synth`,
    principalArn: master.arn,
    identityPolicies: masterPermissions(manifest).map((document) => ({ ...document })),
    ...organization,
  };
  return targetsAlike(manifest).flatMap((alike) => {
    const [{ role, externalId }] = alike;
    const trustPolicy = { ...targetTrustPolicy(manifest, externalId === undefined ? {} : { externalId }) };
    const { decision, reasons } = evaluateAssumeRole({
      caller,
      role: { arn: role.arn, trustPolicy, ...organization },
      request: {
        ...(externalId !== undefined && { externalId }),
        roleSessionName: "synth",
        sessionTags: { agent: "synth" },
        sourceIdentity: "synth",
      },
    });
    if (decision === "allowed") return [];
    const why = reasons.filter(({ effect }) => effect !== "allowed").map(({ message }) => message);
    const message = `the master ${master.arn} may not assume it (${decision}): ${why.join(", ")}`;
    const fix = "correct the manifest, or report this with the manifest as a bug";
    return alike.map((target) => ({ subject: target.role.arn, message, fix }));
  });
}

/**
 * Targets of one account that ask for the same external id have the same trust policy, and stand below the same pattern of the
 * master's: what holds for one holds for all of them.
 */
function targetsAlike(manifest: Manifest): readonly (readonly [Target, ...Target[]])[] {
  const groups = new Map<string, [Target, ...Target[]]>();
  for (const target of targetRoles(manifest)) {
    const key = JSON.stringify([target.role.accountId, target.externalId]);
    const group = groups.get(key);
    if (group) group.push(target);
    else groups.set(key, [target]);
  }
  return [...groups.values()];
}

type Target = ReturnType<typeof targetRoles>[number];
