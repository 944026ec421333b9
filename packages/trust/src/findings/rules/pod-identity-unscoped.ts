import { demands } from "../conditions.ts";
import { namesResource } from "../principal-constraints.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, trustsService } from "../statements.ts";

const POD = ["eks-cluster-arn", "eks-cluster-name", "kubernetes-namespace", "kubernetes-service-account"].map(
  (tag) => `aws:requesttag/${tag}`,
);

/** @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html */
export const podIdentityUnscoped: Rule = {
  id: "pod-identity-unscoped",
  severity: "high",
  why: "every Pod Identity association of the account can give the role to any pod of any cluster",
  fix: "add StringEquals for aws:RequestTag/eks-cluster-arn, …/kubernetes-namespace and …/kubernetes-service-account",
  *checkStatement(statement) {
    if (!allowsAssuming(statement) || demands(statement, POD)) return;
    if (demands(statement, ["aws:sourcearn"], namesResource)) return;
    if (!trustsService(statement, "pods.eks.amazonaws.com")) return;
    yield { message: "pods.eks.amazonaws.com can give the role to any pod of any cluster" };
  },
};
