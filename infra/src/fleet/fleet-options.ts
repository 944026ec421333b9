import type { Diagnostic } from "@agent-roles/runtime/role-env";

export interface FleetOptions {
  /** Region of the stacks. */
  readonly region: string;
  readonly stackPrefix?: string;
  /** Where the templates and, by a deployment, `agent-roles.env` are written. Default `cdk.out`. */
  readonly directory?: string;
  /** IDs or aliases. Default: all accounts of the manifest. */
  readonly accounts?: readonly string[];
  /** Accounts at a time. Default 10. */
  readonly concurrency?: number;
  /** Sends the requests to AWS, such as through a proxy. Default: the SDK's own. */
  readonly requestHandler?: import("@aws-sdk/client-sts").STSClientConfig["requestHandler"];
  /** Called after each stack. */
  readonly onResult?: (result: StackResult, progress: { readonly done: number; readonly total: number }) => void;
  /** Called when the record of deployed stacks cannot be used. */
  readonly onWarning?: (warning: Diagnostic) => void;
  /** Stops before the next account; what is in progress ends first. */
  readonly signal?: AbortSignal;
  /** First wait before a retry; it doubles with each try. Default 2000. */
  readonly retryDelayMs?: number;
  /** How often CloudFormation is asked for the state of a stack. Default 2000. */
  readonly pollingMs?: number;
}

/** How often CloudFormation is asked for the state of a stack. */
export const POLLING_MS = 2000;

/** What happened to one stack. */
export interface StackResult {
  readonly account: string;
  readonly stack: string;
  readonly status: StackStatus;
  /** The cause of a failure, such as `DeployRoleNotAssumable`. */
  readonly code?: string;
  readonly message?: string;
  readonly fix?: string;
  /** With `diff`: one line per resource, such as `~ AWS::IAM::Role TargetReader (Policies)`. */
  readonly changes?: readonly string[];
}

/** `new` and `changed` are results of a diff. `skipped`: not reached, because of a signal or because an earlier stack of the account failed. */
export type StackStatus = "deployed" | "destroyed" | "new" | "changed" | "unchanged" | "failed" | "skipped";
