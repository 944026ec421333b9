import type { Manifest, MasterService, TrustedBy } from "@agent-roles/manifest";
import {
  accountPrincipal,
  ASSUME_ACTIONS,
  type Condition,
  type PolicyDocument,
  policyDocument,
  type Statement,
} from "./policy-document.ts";

/** The trust policy of the master role: one statement per entry of `trustedBy`, with the conditions that AWS recommends. */
export function masterTrustPolicy({ partition, master }: Manifest): PolicyDocument {
  return policyDocument(master.trustedBy.map((entry) => trustStatement(entry, partition, master.account)));
}

function trustStatement(entry: TrustedBy, partition: string, account: string): Statement {
  if ("account" in entry) {
    return allow(accountPrincipal(partition, entry.account), ASSUME_ACTIONS, withExternalId({}, entry.externalId));
  }
  if ("principal" in entry) return trustPrincipal(entry.principal, entry.externalId);
  if ("service" in entry) return trustService(entry.service, partition, account);
  if ("podIdentity" in entry) {
    const { clusterArn, namespace, serviceAccount } = entry.podIdentity;
    // https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    return allow(service("pods.eks"), ["sts:AssumeRole", "sts:TagSession"], {
      StringEquals: {
        "aws:RequestTag/eks-cluster-arn": clusterArn,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    });
  }
  if ("oidc" in entry) {
    const { provider, audience, subjects } = entry.oidc;
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
    return allow(
      { Federated: `arn:${partition}:iam::${account}:oidc-provider/${provider}` },
      ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
      { StringEquals: { [`${provider}:aud`]: audience, [`${provider}:sub`]: subjects } },
    );
  }
  const { trustAnchorArn, subject } = entry.rolesAnywhere;
  const tags = Object.entries(subject).map(([name, value]) => [`aws:PrincipalTag/x509Subject/${name}`, value]);
  // https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
  return allow(service("rolesanywhere"), ASSUME_ACTIONS, {
    ArnEquals: { "aws:SourceArn": trustAnchorArn },
    StringEquals: Object.fromEntries(tags),
  });
}

/** The principal's account, restricted to the principal, for the reason given in target-trust-policy.ts. */
function trustPrincipal(arn: string, externalId: string | undefined): Statement {
  const [, partition = "", , , account = ""] = arn.split(":");
  const operator = arn.includes("*") ? "ArnLike" : "ArnEquals";
  const condition = { [operator]: { "aws:PrincipalArn": arn } };
  return allow(accountPrincipal(partition, account), ASSUME_ACTIONS, withExternalId(condition, externalId));
}

function trustService(name: MasterService, partition: string, account: string): Statement {
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html; EC2 and Lambda send no source.
  const source: Condition = {
    ArnLike: { "aws:SourceArn": `arn:${partition}:ecs:*:${account}:*` },
    StringEquals: { "aws:SourceAccount": account },
  };
  return allow(service(name), ["sts:AssumeRole"], name === "ecs-tasks" ? source : {});
}

/** Service principals end in amazonaws.com in every partition. */
function service(name: string): Readonly<Record<string, string>> {
  return { Service: `${name}.amazonaws.com` };
}

function withExternalId(condition: Condition, externalId: string | undefined): Condition {
  return externalId === undefined ? condition : { ...condition, StringEquals: { "sts:ExternalId": externalId } };
}

function allow(
  principal: Readonly<Record<string, string>>,
  actions: readonly string[],
  condition: Condition,
): Statement {
  return {
    Effect: "Allow",
    Principal: principal,
    Action: actions,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}
