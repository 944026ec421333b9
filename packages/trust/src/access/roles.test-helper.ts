import type { PolicyDocument } from "@agent-roles/iam";
import type { TrustRole } from "../trust-model.ts";

/** A role with one trust statement or more and, where a test gives them, identity statements. */
export function role(
  name: string,
  trusting: unknown,
  changes: Partial<Omit<TrustRole, "arn">> & { readonly account?: string; readonly identity?: unknown } = {},
): TrustRole {
  const { account = "123456789012", identity, ...others } = changes;
  return {
    arn: `arn:aws:iam::${account}:role/${name}`,
    trustPolicy: policy(trusting),
    identityPolicies: identity === undefined ? [] : [policy(identity)],
    managedPolicyArns: [],
    location: { file: "t.json", path: name },
    unknowns: [],
    ...others,
  };
}

/** A policy document of today's version. */
function policy(statement: unknown): PolicyDocument {
  return { Version: "2012-10-17", Statement: statement };
}

/** An Allow statement of a trust policy. */
export function trust(principal: unknown, condition?: unknown, action: unknown = "sts:AssumeRole"): object {
  return {
    Effect: "Allow",
    Principal: principal,
    Action: action,
    ...(condition !== undefined && { Condition: condition }),
  };
}
