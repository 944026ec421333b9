import type { AssumeRoleCall } from "./assume-role-parameters.ts";
import type { Session } from "./session-table.ts";
import { failure, type ServiceError } from "./sts-answer.ts";

/** What a session passes to the next one in a role chain. */
export interface Inheritance {
  /** Transitive session tags. */
  readonly tags: Readonly<Record<string, string>>;
  readonly sourceIdentity?: string;
}

/** STS caps a chained session at one hour. */
const CHAINED_DURATION_SECONDS = 3600;

/** The tags and the source identity that the next session in a role chain inherits. */
export function inheritance({ tags, transitiveTagKeys, sourceIdentity }: Session): Inheritance {
  const keys = new Set(transitiveTagKeys.map((key) => key.toLowerCase()));
  const inherited = Object.entries(tags).filter(([key]) => keys.has(key.toLowerCase()));
  return { tags: Object.fromEntries(inherited), ...(sourceIdentity !== undefined && { sourceIdentity }) };
}

/**
 * The error of a chained call that requests more than an hour, another source identity, or an inherited transitive tag.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export function chainViolation(call: AssumeRoleCall, inherited: Inheritance): ServiceError | undefined {
  if ((call.durationSeconds ?? 0) > CHAINED_DURATION_SECONDS) {
    const text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    return failure(400, "ValidationError", text);
  }
  const { sourceIdentity } = inherited;
  if (sourceIdentity !== undefined && (call.sourceIdentity ?? sourceIdentity) !== sourceIdentity) {
    return failure(400, "ValidationError", "The source identity is already set for this assume role session");
  }
  const keys = new Set(Object.keys(inherited.tags).map((key) => key.toLowerCase()));
  if (Object.keys(call.sessionTags).some((key) => keys.has(key.toLowerCase()))) {
    const text =
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
    return failure(400, "InvalidParameterValue", text);
  }
  return undefined;
}
