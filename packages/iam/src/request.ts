import type { PolicyDocument, PolicyKind } from "./policy.ts";

/** An AWS principal: a user, role session, federated user or account root user. */
export interface AwsPrincipal {
  /** Its ARN. A role's ARN means any of the role's sessions. */
  readonly arn: string;
  /** `aws:PrincipalArn`: for a role session its role's ARN, path included. Derived from `arn` when left out. */
  readonly principalArn?: string;
  /** `aws:PrincipalTag/*`: the role's tags and the session's tags together. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Transitive session tags that the caller's session passes on; they are among `aws:PrincipalTag/*`, too. */
  readonly transitiveTags?: Readonly<Record<string, string>>;
  readonly orgId?: string;
  readonly orgPaths?: readonly string[];
}

/** A web identity or SAML caller: the identity provider's ARN; the token's claims are in the request's context. */
export interface FederatedCaller {
  readonly federated: string;
}

/** An AWS service that calls for itself, such as `ec2.amazonaws.com`. */
export interface ServiceCaller {
  readonly service: string;
}

export type Caller = AwsPrincipal | FederatedCaller | ServiceCaller;

/** One action on one resource. */
export interface AccessRequest {
  readonly caller: Caller;
  /** `s3:GetObject`. */
  readonly action: string;
  /** The resource's ARN; `*` for an action that has none. */
  readonly resource: string;
  /** The account that owns the resource. Default: the account of its ARN, else the caller's. */
  readonly resourceAccount?: string;
  /** Condition keys of the request, beside those of the caller. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** The policies of the caller's side. */
export interface CallerPolicies {
  /** Inline and managed alike. `undefined` means unknown, `[]` means none. */
  readonly identityPolicies?: readonly PolicyDocument[];
  readonly permissionsBoundary?: PolicyDocument;
  /** Those of the AssumeRole call: the session can do what any of them allows. */
  readonly sessionPolicies?: readonly PolicyDocument[];
  /** Those of GetScopedCredentials calls: each of them must allow. */
  readonly scopedPolicies?: readonly PolicyDocument[];
  /** One array for each level of the organization; every level must allow. */
  readonly scps?: readonly (readonly PolicyDocument[])[];
}

/** All policies that decide a request. */
export interface AccessPolicies extends CallerPolicies {
  /** A role's trust policy: it must allow, in the same account too. */
  readonly trustPolicy?: PolicyDocument;
  /** The policy of any other resource: in the same account it is enough that one side allows. */
  readonly resourcePolicy?: PolicyDocument;
  /** One array for each level of the organization of the resource. */
  readonly rcps?: readonly (readonly PolicyDocument[])[];
}

export type Decision = "allowed" | "denied" | "uncertain";

/** One step of the decision, for people (`message`) and machines (the rest). */
export interface Reason {
  /** What this step says about the request. */
  readonly effect: Decision;
  /** The action it concerns: `sts:AssumeRole`. */
  readonly action: string;
  /** Which policy it comes from. */
  readonly policy: PolicyKind | "request";
  /** The statement's `Sid`, or its index in the document; left out when no single statement is meant. */
  readonly statement?: string | number;
  readonly message: string;
}

export interface Evaluation {
  readonly decision: Decision;
  /** What decided comes first. */
  readonly reasons: readonly Reason[];
}
