import { DiagnosticError } from "@agent-roles/runtime/role-env";

export type InfraErrorCode =
  /** A policy or a template is larger than AWS accepts. */
  | "QuotaExceeded"
  /** The master could not assume a target role. */
  | "TrustBroken"
  /** Not a Region, or a Region of another partition. */
  | "InvalidRegion"
  /** The prefix makes a stack name that CloudFormation rejects. */
  | "InvalidStackPrefix"
  /** An account that is neither an ID nor an alias of the manifest. */
  | "UnknownAccount"
  /** The calling session has no credentials, or AWS rejects them. */
  | "SessionUnusable"
  /** The calling session is in another partition than the manifest. */
  | "WrongPartition"
  /** The record of deployed stacks cannot be read. */
  | "RecordUnreadable"
  /** The roles are in stacks of another `deployment`. */
  | "DeploymentChanged"
  /** CloudFormation refuses the StackSet as a whole. */
  | "StackSetFailed"
  /** An asset needs a bucket or a repository that only a bootstrapped account has. */
  | "AssetsNotSupported";

/** The one error class of this package. Its message has one line per problem; the `path` is a role's ARN, a stack's name or a setting. */
export class InfraError extends DiagnosticError<InfraErrorCode> {
  override readonly name = "InfraError";
}
