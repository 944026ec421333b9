/** `agent-roles.yaml` after validation, with every default filled in. */
export interface Manifest {
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  readonly master: MasterRole;
  /** Organization id (`o-…`) that master and targets belong to. */
  readonly organization?: string;
  /** The role, in each account, that deploys. */
  readonly deployRoleName: string;
  /** Path of every target role; begins and ends with a slash. The master can assume every role below it. */
  readonly rolePath: string;
  readonly roles: readonly ManifestRole[];
  /** Settings of the trust check. */
  readonly trust?: ManifestTrust;
}

/** The role the agent starts as. */
export interface MasterRole {
  readonly account: string;
  readonly roleName: string;
  /** Begins and ends with a slash; never below `rolePath`. */
  readonly path: string;
  readonly trustedBy: readonly TrustedBy[];
  readonly tags?: Tags;
}

/** Who can assume the master role. */
export type TrustedBy =
  | { readonly account: string; readonly externalId?: string }
  | { readonly principal: string; readonly externalId?: string }
  | { readonly service: MasterService }
  | { readonly podIdentity: PodIdentity }
  | { readonly oidc: OidcIdentity }
  | { readonly rolesAnywhere: RolesAnywhereIdentity };

export type MasterService = "ec2" | "ecs-tasks" | "lambda";

/** One Kubernetes service account, through EKS Pod Identity. */
export interface PodIdentity {
  readonly clusterArn: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Tokens of an OIDC provider that the master's account already knows: IRSA, GitHub Actions, … */
export interface OidcIdentity {
  /** The issuer without `https://`. */
  readonly provider: string;
  readonly audience: string;
  /** Exact `sub` claims. */
  readonly subjects: readonly string[];
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
  readonly passes?: { readonly sessionTags?: boolean; readonly sourceIdentity?: boolean };
  /** Keys of the session tags that are passed on along a chain. */
  readonly transitiveTagKeys?: readonly string[];
  /** Characters. */
  readonly quotas?: {
    readonly trustPolicy?: number;
    readonly roleInlinePolicies?: number;
    readonly managedPolicy?: number;
  };
  /** By rule id. */
  readonly severities?: Readonly<Record<string, TrustSeverity>>;
  readonly suppressions?: readonly TrustSuppression[];
  readonly expect?: readonly TrustExpectation[];
}

export type TrustSeverity = "critical" | "high" | "error" | "medium" | "low" | "info";

/** A finding that is accepted. */
export interface TrustSuppression {
  readonly id: string;
  /** A role's ARN; `*` and `?` are wildcards. Default: every role. */
  readonly role?: string;
  /** Text that the finding's message must contain. Default: any message. */
  readonly message?: string;
  readonly reason: string;
}

/** The decision that one or more AssumeRole calls must have. */
export interface TrustExpectation {
  /** `*`, `outside-organization`, `outside-accounts`, an ARN with wildcards, or a service. */
  readonly from: string;
  /** A role's ARN with wildcards. */
  readonly to: string;
  readonly with?: {
    readonly externalId?: string;
    readonly tags?: Tags;
    readonly sourceIdentity?: string;
    readonly sessionName?: string;
  };
  readonly decision: "allowed" | "denied";
}
