import { parseArn } from "@agent-roles/iam";
import type { Manifest, MasterService, OidcIdentity, SessionAttributes, TrustedBy } from "@agent-roles/manifest";
import {
  accountPrincipal,
  allow,
  assumeStatements,
  type Condition,
  merged,
  type PolicyDocument,
  policyDocument,
  type Statement,
} from "./policy-document.ts";

/** The trust policy of the master role: the entries of `trustedBy`, each with the conditions that AWS recommends. */
export function masterTrustPolicy(manifest: Manifest): PolicyDocument {
  return policyDocument(manifest.master.trustedBy.flatMap((entry) => trustStatements(entry, manifest)));
}

function trustStatements(entry: TrustedBy, manifest: Manifest): Statement[] {
  const { partition, master, attribution = {} } = manifest;
  const { sessionTags = [], sourceIdentities = [] } = attribution;
  const attributes: SessionAttributes = { sessionTags, sourceIdentities };
  if ("account" in entry) {
    const Principal = accountPrincipal(partition, entry.account);
    return assumeStatements({ Principal }, attributes, inOrganization(entry.account, manifest), externalId(entry));
  }
  if ("principal" in entry) {
    // The account, restricted to the principal, for the reason given in target-trust-policy.ts.
    const { principal } = entry;
    const account = parseArn(principal)?.account ?? "";
    const operator = principal.includes("*") ? "ArnLike" : "ArnEquals";
    const condition = merged({ [operator]: { "aws:PrincipalArn": principal } }, inOrganization(account, manifest));
    const Principal = accountPrincipal(partition, account);
    return assumeStatements({ Principal }, attributes, condition, externalId(entry));
  }
  if ("organizationPaths" in entry) {
    const paths = entry.organizationPaths;
    const condition = {
      "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": paths.map((path) => `${path}*`) },
      StringEquals: { "aws:PrincipalOrgID": [...new Set(paths.map((path) => path.slice(0, path.indexOf("/"))))] },
    };
    return assumeStatements({ Principal: { AWS: "*" } }, attributes, condition, externalId(entry));
  }
  if ("service" in entry) {
    return [allow(service(entry.service), "sts:AssumeRole", sourceOf(entry.service, partition, master.account))];
  }
  if ("podIdentity" in entry) {
    const { clusterArn, namespace, serviceAccount } = entry.podIdentity;
    // https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    const condition = {
      StringEquals: {
        "aws:RequestTag/eks-cluster-arn": clusterArn,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    };
    return [allow(service("pods.eks"), ["sts:AssumeRole", "sts:TagSession"], condition)];
  }
  if ("oidc" in entry) {
    const base = { Principal: { Federated: oidcProviderArn(entry.oidc, partition, master.account) } };
    return federated(base, "sts:AssumeRoleWithWebIdentity", claims(entry.oidc), attributes);
  }
  if ("saml" in entry) {
    const { provider, subjects } = entry.saml;
    const base = { Principal: { Federated: `arn:${partition}:iam::${master.account}:saml-provider/${provider}` } };
    const condition = {
      StringEquals: { "SAML:aud": SIGN_IN[partition] ?? SIGN_IN["aws"], ...(subjects && { "SAML:sub": subjects }) },
    };
    return federated(base, "sts:AssumeRoleWithSAML", condition, attributes);
  }
  const { trustAnchorArn, subject } = entry.rolesAnywhere;
  const tags = Object.entries(subject).map(([name, value]) => [`aws:PrincipalTag/x509Subject/${name}`, value]);
  // https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
  return [
    allow(service("rolesanywhere"), ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], {
      ArnEquals: { "aws:SourceArn": trustAnchorArn },
      StringEquals: Object.fromEntries(tags),
    }),
  ];
}

/** Accounts of `trust.allowedAccounts` belong to others. */
function inOrganization(account: string, { organization, trust }: Manifest): Condition {
  if (organization === undefined || trust?.allowedAccounts?.includes(account)) return {};
  return { StringEquals: { "aws:PrincipalOrgID": organization } };
}

function externalId({ externalId: id }: { readonly externalId?: string }): Condition {
  return id === undefined ? {} : { StringEquals: { "sts:ExternalId": id } };
}

/** Providers that AWS knows without an OIDC provider in the account. */
const BUILT_IN_PROVIDERS = new Set([
  "accounts.google.com",
  "www.amazon.com",
  "graph.facebook.com",
  "cognito-identity.amazonaws.com",
]);

function oidcProviderArn({ provider }: OidcIdentity, partition: string, account: string): string {
  return BUILT_IN_PROVIDERS.has(provider) ? provider : `arn:${partition}:iam::${account}:oidc-provider/${provider}`;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html */
function claims({ provider, audience, subjects, claims: others = {} }: OidcIdentity): Condition {
  const keys = Object.entries(others).map(([name, value]) => [`${provider}:${name}`, value]);
  return {
    StringEquals: { [`${provider}:aud`]: audience, [`${provider}:sub`]: subjects, ...Object.fromEntries(keys) },
  };
}

/** The SAML audience of each partition. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html */
const SIGN_IN: Readonly<Record<string, string>> = {
  aws: "https://signin.aws.amazon.com/saml",
  "aws-cn": "https://signin.amazonaws.cn/saml",
  "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
};

function federated(
  base: Pick<Statement, "Principal">,
  action: string,
  condition: Condition,
  attributes: SessionAttributes,
): Statement[] {
  const [, ...others] = assumeStatements(base, attributes);
  return [allow(base, action, condition), ...others];
}

/** Service principals end in amazonaws.com in every partition. */
function service(name: string): Pick<Statement, "Principal"> {
  return { Principal: { Service: `${name}.amazonaws.com` } };
}

/**
 * Keeps a service from using the role for another account (confused deputy). EC2 and App Runner send no source.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
function sourceOf(name: MasterService, partition: string, account: string): Condition {
  if (name === "ec2" || name === "tasks.apprunner") return {};
  const isOwnAccount = { StringEquals: { "aws:SourceAccount": account } };
  if (name !== "ecs-tasks") return isOwnAccount;
  return { ArnLike: { "aws:SourceArn": `arn:${partition}:ecs:*:${account}:*` }, ...isOwnAccount };
}
