import type { Severity } from "./severity.ts";
import type { PolicyDocument } from "@agent-roles/iam";

/** Where something is in the source. */
export interface SourceLocation {
  /** As the caller named it; `live` for an account that was read through IAM. */
  readonly file: string;
  /** From 1. */
  readonly line?: number | undefined;
  /** Inside the file: a CDK construct path, else a logical ID, a Terraform address. */
  readonly path?: string;
}

/** A value that could not be resolved offline, and what was taken in its place. */
export interface UnknownValue {
  /** Where in the role it is: `trustPolicy.Statement[0].Principal.AWS`. */
  readonly path: string;
  /** What the source has: `{"Fn::ImportValue":"x"}`. */
  readonly expression: string;
  /** What was assumed instead, in words. */
  readonly assumed: string;
  /**
   * Why it is not known, where that decides what to do: `deployment` makes it (a generated name, a pseudo parameter); an
   * `alternative` was taken (a default, each branch of a condition); a `parameter` has no value.
   */
  readonly cause?: "deployment" | "alternative" | { readonly parameter: string };
}

/** One IAM role as a source declares it: everything that decides who can assume it, and what it can assume. */
export interface TrustRole {
  /** Whole, path included. Parts that are unknown read `${…}`, which no real ARN holds. */
  readonly arn: string;
  readonly trustPolicy: PolicyDocument;
  /** Inline and managed; AWS's own managed policies are in `managedPolicyArns`, because their text is not in the source. */
  readonly identityPolicies: readonly PolicyDocument[];
  /** For each of `identityPolicies`, in order, `aws` for AWS's own; without it their sizes cannot be held against a quota. */
  readonly identityPolicyKinds?: readonly ("inline" | "managed" | "aws")[];
  readonly managedPolicyArns: readonly string[];
  readonly permissionsBoundary?: PolicyDocument;
  /** Seconds; AWS's default is 3600. */
  readonly maxSessionDuration?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly location: SourceLocation;
  readonly unknowns: readonly UnknownValue[];
  /**
   * What the role is for each combination of undecided conditions that was looked at, when they differ.
   * The policies above are then what any of these allows and what all of them deny.
   */
  readonly variants?: readonly Pick<
    TrustRole,
    "trustPolicy" | "identityPolicies" | "managedPolicyArns" | "permissionsBoundary" | "tags"
  >[];
}

/** What one `AWS_ROLE_N` asks for. */
export interface ExpectedRole {
  /** `AWS_ROLE_3`. */
  readonly variable: string;
  readonly profile: string;
  readonly roleArn: string;
  readonly externalId?: string;
  readonly durationSeconds?: number;
  readonly location?: SourceLocation;
}

/** An IAM OIDC provider. STS accepts only tokens for its client IDs. */
export interface OidcClientIds {
  readonly providerArn: string;
  readonly clientIds: readonly string[];
}

/** What is known beside the roles themselves; everything is optional, and what is left out is not checked. */
export interface TrustContext {
  /** Own accounts. Default: the accounts of the roles and of the master. */
  readonly accounts?: readonly string[];
  /** Third-party accounts that roles may trust. */
  readonly allowedAccounts?: readonly string[];
  /** `o-…`. */
  readonly organization?: string;
  readonly masterRoleArn?: string;
  /** Of the OIDC providers whose client IDs are known. */
  readonly oidcClientIds?: readonly OidcClientIds[];
  /** The current time, milliseconds since 1970. Without it, conditions whose time is over are not reported. */
  readonly now?: number;
  /** The `AWS_ROLE_N` values. */
  readonly expectedRoles?: readonly ExpectedRole[];
  /** Whether the runtime passes session tags, a source identity. Default: both, as AGENT_ROLES_* allow them at any time. */
  readonly passes?: { readonly sessionTags: boolean; readonly sourceIdentity: boolean };
  /** Whether every session of a target role must have a source identity, and a name that is a task. */
  readonly attributionRequired?: boolean;
  /** Keys of the session tags that are passed on along a chain. */
  readonly transitiveTagKeys?: readonly string[];
  /** Names that are guessable as an external ID, such as the company's. */
  readonly guessableNames?: readonly string[];
  readonly quotas?: Partial<TrustQuotas>;
  /** Other severities than the rules' own, by rule ID. */
  readonly severities?: Readonly<Record<string, Severity>>;
}

/** Characters; AWS's defaults unless given. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export interface TrustQuotas {
  readonly trustPolicy: number;
  readonly roleInlinePolicies: number;
  readonly managedPolicy: number;
}

/** One thing that is wrong with one role. The shape is fixed: `check --json` prints it. */
export interface Finding {
  /** The rule's ID, which is its file's name. */
  readonly id: string;
  readonly severity: Severity;
  /** The role's ARN. */
  readonly role: string;
  /** The statement's `Sid`, or its index; left out when it is about the whole role. */
  readonly statement?: string | number;
  readonly message: string;
  /** What to do, as text. */
  readonly fix: string;
  readonly location: SourceLocation;
}

/** A finding that is accepted, with a reason. */
export interface Suppression {
  /** The rule's ID. */
  readonly id: string;
  /** The role's ARN; `*` and `?` match as in IAM. Default: every role. */
  readonly role?: string;
  /** What the finding's message must hold, such as an account: another one is then found again. Default: any message. */
  readonly message?: string;
  readonly reason: string;
}
