import type { AccessLevel } from "@agent-roles/runtime/role-env";
import type { Expectation, Severity, Suppression } from "@agent-roles/trust";

/** `agent-roles.yaml` after validation, with every default filled in. */
export interface Manifest {
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  readonly master: MasterRole;
  /** Organization id (`o-…`) that master and targets belong to. */
  readonly organization?: string;
  /** The role, in each account, that deploys. */
  readonly deployRoleName: string;
  /** What deploys the target roles: a stack per account, or one CloudFormation StackSet. Default `accounts`. */
  readonly deployment?: "accounts" | "stack-sets";
  /** Settings of `deployment: stack-sets`. */
  readonly stackSets?: StackSets;
  /** Path of every target role; begins and ends with a slash. The master can assume every role below it. */
  readonly rolePath: string;
  /** The accounts that `roles` name by alias. */
  readonly accounts?: readonly ManifestAccount[];
  readonly roles: readonly ManifestRole[];
  /** Session tags and source identities that the agent can pass; without it, none. */
  readonly attribution?: Attribution;
  /** Settings of the trust check. */
  readonly trust?: ManifestTrust;
}

/** One account of the fleet. */
export interface ManifestAccount {
  readonly alias: string;
  readonly id: string;
  readonly environment?: string;
  readonly region?: string;
  /** Replaces the manifest's `deployRoleName` in this account. */
  readonly deployRoleName?: string;
}

/** One StackSet with the target roles. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/what-is-cfnstacksets.html */
export interface StackSets {
  /** The account of the StackSet. Default: the master's. */
  readonly administrationAccount?: string;
  /** Organizational units or the root: service-managed, with auto-deployment. Without it self-managed, for the accounts of the roles. */
  readonly organizationalUnits?: readonly string[];
  /** Whether the roles stay in an account that leaves the organizational units. Default false. */
  readonly retainOnAccountRemoval?: boolean;
  /** Whether `administrationAccount` is a delegated administrator rather than the management account. Default false. */
  readonly delegatedAdministrator?: boolean;
  /** Self-managed: the role in the administration account. */
  readonly administrationRoleName?: string;
  /** Self-managed: the role in each account. */
  readonly executionRoleName?: string;
  /** Percentage of the accounts that can fail before CloudFormation stops. Default 100. */
  readonly failureTolerancePercentage?: number;
  /** Percentage of the accounts that are deployed at a time. Default 25. */
  readonly maxConcurrentPercentage?: number;
}

/** Names that AWS's documentation gives to the roles of self-managed StackSets. */
export const STACK_SET_ROLES = {
  administrationRoleName: "AWSCloudFormationStackSetAdministrationRole",
  executionRoleName: "AWSCloudFormationStackSetExecutionRole",
} as const;

/** What the agent can attach to its sessions; trust and permission allow nothing else. */
export interface Attribution {
  /** Keys of session tags. */
  readonly sessionTags?: readonly string[];
  /** Source identities; `*` and `?` are wildcards. */
  readonly sourceIdentities?: readonly string[];
  /** Whether every session of a target role must belong to a task and have a source identity. `attribution: required` in the file. */
  readonly required?: boolean;
  /** With `required`: the role session names that are tasks; `*` and `?` are wildcards. Default: any. */
  readonly taskIds?: readonly string[];
}

/** The role the agent starts as. */
export interface MasterRole {
  readonly account: string;
  readonly roleName: string;
  /** Begins and ends with a slash; never below `rolePath`. */
  readonly path: string;
  readonly trustedBy: readonly TrustedBy[];
  readonly description?: string;
  /** ARNs of managed policies. */
  readonly managedPolicies?: readonly string[];
  readonly statements?: readonly PolicyStatement[];
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string;
  /** Seconds. */
  readonly maxSessionDuration?: number;
  readonly tags?: Tags;
}

/** Who can assume the master role. */
export type TrustedBy =
  | { readonly account: string; readonly externalId?: string }
  | { readonly principal: string; readonly externalId?: string }
  | { readonly service: MasterService }
  | { readonly podIdentity: PodIdentity }
  | { readonly oidc: OidcIdentity }
  | { readonly saml: SamlIdentity }
  | { readonly organizationPaths: readonly string[]; readonly externalId?: string }
  | { readonly rolesAnywhere: RolesAnywhereIdentity };

/** The part of the service principal before `.amazonaws.com`. */
export type MasterService = (typeof MASTER_SERVICES)[number];

/** Services that run code as a role and send `aws:SourceAccount`, except `ec2` and `tasks.apprunner`. */
export const MASTER_SERVICES = [
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

/** One Kubernetes service account, through EKS Pod Identity. */
export interface PodIdentity {
  readonly clusterArn: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Also create the Pod Identity association. */
  readonly create?: boolean;
}

/** Tokens of an OIDC provider: IRSA, GitHub Actions, … */
export interface OidcIdentity {
  /** The issuer without `https://`. */
  readonly provider: string;
  readonly audience: string;
  /** Exact `sub` claims. */
  readonly subjects: readonly string[];
  /** Exact values of other claims, such as `repository_id`. */
  readonly claims?: Readonly<Record<string, string | readonly string[]>>;
  /** Also create the OIDC provider in the master's account. */
  readonly create?: boolean;
}

/** Assertions of a SAML provider in the master's account. */
export interface SamlIdentity {
  /** Name of the SAML provider. */
  readonly provider: string;
  /** Exact `SAML:sub` values; default: every user to which the provider gives the role. */
  readonly subjects?: readonly string[];
}

/** Certificates of an IAM Roles Anywhere trust anchor. */
export interface RolesAnywhereIdentity {
  readonly trustAnchorArn: string;
  /** Attributes of the certificate's subject, such as `CN`; all must match. */
  readonly subject: Readonly<Partial<Record<SubjectAttribute, string>>>;
}

export type SubjectAttribute = "CN" | "O" | "OU" | "C" | "ST" | "L";

/** One target role, exposed to the agent as one `AWS_ROLE_N`. */
export interface ManifestRole {
  /** The friendly name: the AWS profile. */
  readonly profile: string;
  readonly account: string;
  readonly roleName: string;
  readonly description?: string;
  readonly environment?: string;
  readonly region?: string;
  /** ARNs of managed policies. */
  readonly managedPolicies?: readonly string[];
  readonly statements?: readonly PolicyStatement[];
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string;
  /** Seconds. Sessions of the agent are chained, and STS caps those at one hour. */
  readonly maxSessionDuration?: number;
  readonly externalId?: string;
  /** What each session can do of what the role can do. Default: `full`. */
  readonly access?: AccessLevel;
  /** Statements of an inline policy that narrows each session. */
  readonly sessionPolicy?: readonly PolicyStatement[];
  /** ARNs of managed policies that narrow each session. */
  readonly sessionPolicyArns?: readonly string[];
  readonly default?: boolean;
  readonly tags?: Tags;
}

export type Tags = Readonly<Record<string, string>>;

/** One statement of the role's inline policy, spelled as in IAM's JSON. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, ConditionValue | readonly ConditionValue[]>>>>;
}

export type ConditionValue = string | boolean;

/** The `trust:` section. */
export interface ManifestTrust {
  /** Your other accounts, beside those of the master and the roles. */
  readonly accounts?: readonly string[];
  /** Third-party accounts that roles may trust. */
  readonly allowedAccounts?: readonly string[];
  readonly guessableNames?: readonly string[];
  /** What the agent passes when it assumes a role. */
  readonly sessionAttributes?: { readonly sessionTags?: boolean; readonly sourceIdentity?: boolean };
  /** Earlier name of `sessionAttributes`. */
  readonly passes?: { readonly sessionTags?: boolean; readonly sourceIdentity?: boolean };
  /** Keys of the session tags that are passed on along a chain. */
  readonly transitiveTagKeys?: readonly string[];
  /** Characters. */
  readonly quotas?: {
    readonly trustPolicy?: number;
    readonly roleInlinePolicies?: number;
    readonly managedPolicy?: number;
    /** Managed policies per role. */
    readonly attachedPolicies?: number;
  };
  /** By rule id. */
  readonly severities?: Readonly<Record<string, TrustSeverity>>;
  readonly suppressions?: readonly TrustSuppression[];
  readonly expect?: readonly TrustExpectation[];
}

export type TrustSeverity = Severity;

/** A finding that is accepted. */
export type TrustSuppression = Suppression;

/** The decision that one or more AssumeRole calls must have. */
export type TrustExpectation = Expectation;
