import { demands } from "../conditions.ts";
import { namesResource } from "../principal-constraints.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, principalsOf } from "../statements.ts";

const POD = new Set(
  ["eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account"].map(
    (tag) => `aws:requesttag/${tag}`,
  ),
);

/** @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html */
export const podIdentityUnscoped: Rule = {
  id: "pod-identity-unscoped",
  severity: "high",
  why: "every Pod Identity association of the account can give the role to any pod of any cluster",
  fix: "add StringEquals for aws:RequestTag/eks-cluster-arn, …/kubernetes-namespace and …/kubernetes-service-account",
  *checkStatement(statement) {
    if (!allowsAssuming(statement) || demands(statement, POD)) return;
    if (demands(statement, new Set(["aws:sourcearn"]), namesResource)) return;
    if (!principalsOf(statement).some(({ type, value }) => type === "Service" && value === "pods.eks.amazonaws.com"))
      return;
    yield { message: "pods.eks.amazonaws.com can give the role to any pod of any cluster" };
  },
};
