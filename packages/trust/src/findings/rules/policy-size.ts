import { memoize, quote } from "@agent-roles/iam";
import type { Rule, Violation } from "../rule.ts";

const DEFAULTS = { trustPolicy: 2048, roleInlinePolicies: 10_240, managedPolicy: 6144 };
/** From here on the next entry could exceed the quota. */
const NEARLY = 0.9;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const policySize: Rule = {
  id: "policy-size",
  severity: "error",
  why: "IAM rejects a policy over its quota",
  fix: "shorten it: fewer statements, patterns instead of lists; the quota of trust policies can be raised",
  *checkRole({ role }, { context }) {
    const quotas = { ...DEFAULTS, ...context.quotas };
    // Statements of undecided conditions that exclude each other are never in one policy.
    const trustPolicies = (role.variants ?? [role]).map(({ trustPolicy }) => size(trustPolicy));
    yield* judge("the trust policy", Math.max(...trustPolicies), quotas.trustPolicy);
    const kinds = role.identityPolicyKinds;
    const sizes = role.identityPolicies.map(size);
    if (kinds === undefined) {
      // Inline or managed is not known: only what exceeds both quotas is certain.
      const largest = Math.max(quotas.roleInlinePolicies, quotas.managedPolicy);
      for (const [i, each] of sizes.entries()) if (each > largest) yield* judge(`identity policy ${i}`, each, largest);
      return;
    }
    const inline = sizes.filter((_, i) => kinds[i] === "inline").reduce((sum, each) => sum + each, 0);
    yield* judge("the inline policies together", inline, quotas.roleInlinePolicies);
    for (const [i, each] of sizes.entries()) {
      if (kinds[i] === "managed") yield* judge(`identity policy ${i}, a managed one`, each, quotas.managedPolicy);
    }
  },
};

/** Characters; IAM does not count white space. */
function size(policy: unknown): number {
  return typeof policy === "object" && policy !== null ? sizeOf(policy) : quote(policy).length;
}

const sizeOf = memoize((policy: object): number => {
  try {
    return JSON.stringify(policy).replaceAll(/\s/g, "").length;
  } catch {
    return quote(policy).length;
  }
});

function* judge(what: string, characters: number, quota: number): Iterable<Violation> {
  if (characters <= quota * NEARLY) return;
  const message = `${what}: ${characters} characters, the quota is ${quota}`;
  yield characters > quota ? { message } : { message, severity: "low" };
}
