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

/** `changed` is the result of a diff. `skipped`: not reached, because of a signal or because an earlier stack of the account failed. */
export type StackStatus = "deployed" | "destroyed" | "changed" | "unchanged" | "failed" | "skipped";
