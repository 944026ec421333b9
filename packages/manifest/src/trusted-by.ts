import * as z from "zod";
import { accountId, externalId, fields, list, optional, text, yesOrNo } from "./fields.ts";
import { didYouMean } from "./did-you-mean.ts";

/** Services that run code as a role and send `aws:SourceAccount`, except `ec2` and `tasks.apprunner`. */
const MASTER_SERVICES = [
  "ec2",
  "ecs-tasks",
  "lambda",
  "bedrock",
  "bedrock-agentcore",
  "codebuild",
  "glue",
  "sagemaker",
  "scheduler",
  "ssm",
  "states",
  "tasks.apprunner",
] as const;

const principal = text(
  /^arn:aws(-[a-z]+)*:iam::\d{12}:(role|user)\/([\w+=,.@*-]+\/)*[\w+=,.@*-]+$/,
  "write the ARN of a role or a user, path included (a session's ARN never matches)",
);

const clusterArn = text(
  /^arn:aws(-[a-z]+)*:eks:[a-z0-9-]+:\d{12}:cluster\/[A-Za-z0-9][\w-]{0,99}$/,
  "write the cluster's ARN: arn:aws:eks:<region>:<account>:cluster/<name>",
);

const kubernetesName = text(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "write the exact Kubernetes name");

const provider = text(
  /^(?!https?:)[a-z0-9.-]+(:\d+)?(\/[\w.~/-]+)?$/i,
  "write the issuer without https://, such as token.actions.githubusercontent.com",
);

// "*" and "?" would need StringLike, and "repo:org*" also matches "org-evil/…". GitHub environments can contain blanks.
const claim = text(/^(?! )[^*?$\p{Cc}]{1,255}(?<! )$/u, "write the exact value of the claim, without wildcards");

const organizationPath = text(
  /^o-[a-z0-9]{10,32}\/r-[a-z0-9]{4,32}\/(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}\/)*$/,
  "write the path of a root or organizational unit with a slash at the end, such as o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/",
);

const samlProvider = text(
  /^[\w.-]{1,128}$/,
  "write the name of the SAML provider in the master's account, without the ARN",
);

const trustAnchorArn = text(
  /^arn:aws(-[a-z]+)*:rolesanywhere:[a-z0-9-]+:\d{12}:trust-anchor\/[0-9a-f-]{36}$/,
  "write the trust anchor's ARN: arn:aws:rolesanywhere:<region>:<account>:trust-anchor/<id>",
);

const certificateSubject = z
  .partialRecord(
    z.enum(["CN", "O", "OU", "C", "ST", "L"], { error: "use CN, O, OU, C, ST or L" }),
    text(/^[^*?$]{1,255}$/, "write the exact value, without wildcards"),
    { error: "write the certificate's subject, such as CN: agent.example.com" },
  )
  .refine((attributes) => Object.keys(attributes).length > 0, {
    error: "name at least one attribute, such as CN: otherwise every certificate of the anchor is trusted",
  });

const account = accountId.describe(
  "A whole account: every principal in it whose policies allow sts:AssumeRole on the master role.",
);
const masterExternalId = optional(externalId, "sts:ExternalId that the caller must pass.");

/** Who can assume the master role: one kind per entry. */
export const trustedBy = z.union(
  [
    fields({ account, externalId: masterExternalId }),
    fields({
      principal: principal.describe(
        "ARN of one role or user; * is a wildcard, for the roles of IAM Identity Center. The principal also needs a policy that allows sts:AssumeRole.",
      ),
      externalId: masterExternalId,
    }),
    fields({
      service: z
        .enum(MASTER_SERVICES, {
          error: ({ input }) =>
            didYouMean(typeof input === "string" ? input.replace(/\.amazonaws\.com$/, "") : "", MASTER_SERVICES),
        })
        .describe("An AWS service in the master's account; ec2 also gets an instance profile of the role's name."),
    }),
    fields({
      podIdentity: fields({
        clusterArn: clusterArn.describe("ARN of the EKS cluster."),
        namespace: kubernetesName.describe("Kubernetes namespace."),
        serviceAccount: kubernetesName.describe("Kubernetes service account."),
        create: optional(
          yesOrNo,
          "Also create the Pod Identity association. The stack's Region must be the cluster's.",
        ),
      }).describe("One Kubernetes service account, through EKS Pod Identity."),
    }),
    fields({
      oidc: fields({
        provider: provider.describe(
          "The issuer without https://. The OIDC provider must exist in the master's account, or set create.",
        ),
        audience: text(/^[^\s*?$]{1,255}$/, "write the exact aud claim")
          .default("sts.amazonaws.com")
          .describe("The aud claim."),
        subjects: list(claim, 20, "list 1 to 20 subjects").describe(
          "Exact sub claims, such as system:serviceaccount:<namespace>:<name> or repo:<owner>/<repository>:environment:<name>.",
        ),
        claims: optional(
          z.record(
            text(/^(?!(aud|sub)$)[a-z][\w.-]{0,63}$/i, "write the name of a claim other than aud and sub"),
            z.union([claim, list(claim, 20, "list 1 to 20 values")], { error: "write the exact value, or a list" }),
            { error: "write claim: value" },
          ),
          "Exact values of further claims, such as repository_id or job_workflow_ref; all must match.",
        ),
        create: optional(yesOrNo, "Also create the OIDC provider in the master's account."),
      }).describe("Tokens of an OIDC provider: IAM roles for service accounts, GitHub Actions, …"),
    }),
    fields({
      saml: fields({
        provider: samlProvider.describe("Name of the SAML provider in the master's account."),
        subjects: optional(
          list(claim, 20, "list 1 to 20 subjects"),
          "Exact SAML:sub values. Default: every user to which the provider gives the role.",
        ),
      }).describe("Users of a SAML identity provider."),
    }),
    fields({
      organizationPaths: list(organizationPath, 20, "list 1 to 20 organization paths").describe(
        "Organizational units: every principal below them whose policies allow sts:AssumeRole on the master role.",
      ),
      externalId: masterExternalId,
    }),
    fields({
      rolesAnywhere: fields({
        trustAnchorArn: trustAnchorArn.describe("ARN of the trust anchor."),
        subject: certificateSubject.describe("Attributes of the certificate's subject; all must match."),
      }).describe("X.509 certificates, through IAM Roles Anywhere."),
    }),
  ],
  {
    error:
      "write exactly one of account, principal, service, podIdentity, oidc, saml, organizationPaths, rolesAnywhere",
  },
);
