import type {
  AwsPrincipal,
  CallerPolicies,
  Evaluation,
  FederatedCaller,
  PolicyDocument,
  ServiceCaller,
} from "@agent-roles/iam";

/** An AWS principal that calls STS, with its policies. */
export interface AwsCaller extends AwsPrincipal, CallerPolicies {}

export type Caller = AwsCaller | FederatedCaller | ServiceCaller;

/** The role to assume. */
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

/** Can `caller` assume `role` with this `request`? */
export interface AssumeRoleRequest {
  readonly caller: Caller;
  readonly role: RequestedRole;
  readonly request?: AssumeRoleParameters;
}

export type AssumeRoleAnswer = Evaluation;
