/** A JSON policy document as AWS accepts it; every field is read tolerantly. */
export type PolicyDocument = Readonly<Record<string, unknown>>;

/** An AWS principal that calls STS. */
export interface AwsCaller {
  /** Who calls: a user, role session, federated user or account ARN. */
  readonly arn: string;
  /** `aws:PrincipalArn`: for a role session its role's ARN, path included. Derived from `arn` when left out. */
  readonly principalArn?: string;
  /** Identity policies, inline and managed alike. `undefined` means unknown, `[]` means none. */
  readonly identityPolicies?: readonly PolicyDocument[];
  readonly permissionsBoundary?: PolicyDocument;
  readonly sessionPolicies?: readonly PolicyDocument[];
  /** One array a level of the organization; every level must allow. */
  readonly scps?: readonly (readonly PolicyDocument[])[];
  /** `aws:PrincipalTag/*`: the role's tags and the session's tags together. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Transitive session tags that the caller's session passes on; they stand among `aws:PrincipalTag/*`, too. */
  readonly transitiveTags?: Readonly<Record<string, string>>;
  readonly orgId?: string;
  readonly orgPaths?: readonly string[];
}

/** A web identity or SAML caller: the identity provider's ARN; the token's claims stand in `request.context`. */
export interface FederatedCaller {
  readonly federated: string;
}

/** An AWS service that assumes a role for itself, such as `ec2.amazonaws.com`. */
export interface ServiceCaller {
  readonly service: string;
}

export type Caller = AwsCaller | FederatedCaller | ServiceCaller;

/** The role that is to be assumed. */
export interface RequestedRole {
  readonly arn: string;
  readonly trustPolicy: PolicyDocument;
  readonly tags?: Readonly<Record<string, string>>;
  readonly orgId?: string;
  readonly rcps?: readonly (readonly PolicyDocument[])[];
}

/** The parameters of the call, in AWS's own names. */
export interface AssumeRoleParameters {
  /** When left out, the action that such a caller uses: `sts:AssumeRole`, `…WithWebIdentity` or `…WithSAML`. */
  readonly action?: string;
  readonly externalId?: string;
  readonly roleSessionName?: string;
  readonly sessionTags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** Further condition keys, such as `aws:SourceIp`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** One question: may `caller` assume `role` with this `request`? */
export interface AssumeRoleRequest {
  readonly caller: Caller;
  readonly role: RequestedRole;
  readonly request?: AssumeRoleParameters;
}

export type Decision = "allowed" | "denied" | "uncertain";

/** Which kind of policy a document is: they differ in the elements they take. */
export type PolicyKind =
  | "trust policy"
  | "identity policy"
  | "permissions boundary"
  | "session policy"
  | "service control policy"
  | "resource control policy";

/** One step of the decision, for people (`message`) and machines (the rest). */
export interface Reason {
  /** What this step says of the call. */
  readonly effect: Decision;
  /** The action it is about: `sts:AssumeRole`, `sts:TagSession`, `sts:SetSourceIdentity`. */
  readonly action: string;
  /** Which policy it comes from. */
  readonly policy: PolicyKind | "request";
  /** The statement's `Sid`, or its index in the document; left out when no single statement is meant. */
  readonly statement?: string | number;
  readonly message: string;
}

export interface AssumeRoleAnswer {
  readonly decision: Decision;
  /** What decided it comes first. */
  readonly reasons: readonly Reason[];
}
