import type { RoleArn } from "./role-arn.ts";

/** What a session can do of what its role can do, from the narrowest. */
export const ACCESS_LEVELS = ["view", "read", "full"] as const;

export type AccessLevel = (typeof ACCESS_LEVELS)[number];

/** `full` for nothing; `undefined` for what is no level. */
export function toAccessLevel(text: string = ""): AccessLevel | undefined {
  return text === "" ? "full" : ACCESS_LEVELS.find((level) => level === text);
}

/** A role exposed to the agent by one `AWS_ROLE_N`. */
export interface TargetRole {
  /** The `N` of `AWS_ROLE_N`. */
  readonly number: number;
  /** The friendly name after the last colon: the AWS profile name. */
  readonly profile: string;
  readonly role: RoleArn;
  readonly externalId?: string;
  readonly region?: string;
  /** Asked of STS: 900 to 43,200 seconds; STS's own default is 3,600. */
  readonly durationSeconds?: number;
  /** Default: `full`. */
  readonly access?: AccessLevel;
  /** Inline session policy, as JSON without blanks. */
  readonly sessionPolicy?: string;
  /** Managed policies that narrow the session, at most ten. */
  readonly sessionPolicyArns?: readonly string[];
  readonly description?: string;
  readonly environment?: string;
  /** True for the one role that `default` readers should get. */
  readonly default?: true;
}

/** The role to assume first, when the ambient credentials are not yet the master role's. */
export interface MasterRoleHop {
  readonly role: RoleArn;
  readonly externalId?: string;
}

/** Everything the `AWS_ROLE_N` contract says about a process. */
export interface RoleEnv {
  /** In the order of their numbers. */
  readonly roles: readonly TargetRole[];
  readonly master?: MasterRoleHop;
  readonly roleSessionName?: string;
  readonly sourceIdentity?: string;
  readonly sessionTags?: Readonly<Record<string, string>>;
  /** The ID of the task that every session belongs to. It is the `roleSessionName`, and a session tag. */
  readonly task?: string;
}
