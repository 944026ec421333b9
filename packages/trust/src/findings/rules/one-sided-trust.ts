import { isUnresolved, memoize } from "@agent-roles/iam";
import { type IndexedRole, readRole } from "../indexed-role.ts";
import type { RoleIndex } from "../role-index.ts";
import type { Rule, Violation } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html */
export const oneSidedTrust: Rule = {
  id: "one-sided-trust",
  severity: "error",
  why: "the call is denied, because both sides must allow it",
  fix: "name the master in the trust policy, and the role in the master's policy",
  *checkRole(role, index) {
    if (!index.targets().has(role) || hasUnresolvedPolicies(role)) return;
    const master = index.master ?? outsideMaster(index);
    if (!master || hasUnresolvedPolicies(master)) return;
    const answer = index.simulate(master, role);
    if (answer.decision !== "denied") return;
    const named = index.trustedBy(role).roles.has(master.key ?? "");
    const denial = (policies: readonly string[]): string | undefined =>
      answer.reasons.find(({ effect, policy }) => effect === "denied" && policies.includes(policy))?.message;
    const trust = denial(["trust policy"]);
    if (trust !== undefined) yield trustLacks(master, trust);
    const own = denial(["identity policy", "permissions boundary"]);
    if (own !== undefined && (named || trust === undefined)) yield masterLacks(master, role, own);
  },
};

function trustLacks({ role }: IndexedRole, why: string): Violation {
  return {
    message: `${role.arn} should assume the role, and the trust policy denies it: ${why}`,
    fix: `trust the account with ArnEquals aws:PrincipalArn "${role.arn}"`,
  };
}

function masterLacks({ role: master }: IndexedRole, { role }: IndexedRole, why: string): Violation {
  return {
    message: `the role trusts ${master.arn}, whose own policies do not allow it: ${why}`,
    fix: `allow sts:AssumeRole on ${role.arn} in a policy of the master`,
  };
}

/**
 * Whether a part of the role's policies is not known, so that a denial of the evaluator could come from that. Kept,
 * because the master is asked about with every target.
 */
const hasUnresolvedPolicies: (role: IndexedRole) => boolean = memoize(({ role, trust, identity }) => {
  if (role.unknowns.length > 0 || isUnresolved(role.arn)) return true;
  return [...trust, ...identity].some(({ conditions, principal, action, resource }) =>
    [
      ...(principal?.values ?? []).map(({ value }) => value),
      ...(action?.values ?? []),
      ...conditions.flatMap(({ name, values }) => [name, ...values]),
      ...(resource?.values ?? []),
    ].some(isUnresolved),
  );
});

/** The master where it is not among the roles: its policies are not known, so that only the other side can be judged. */
const outsideMaster = memoize(({ context: { masterRoleArn } }: RoleIndex): IndexedRole | undefined => {
  if (masterRoleArn === undefined) return undefined;
  const managedPolicyArns = ["a policy whose text is not known"];
  const none = { trustPolicy: {}, identityPolicies: [], unknowns: [], location: { file: "unknown" } };
  return readRole({ arn: masterRoleArn, managedPolicyArns, ...none });
});
