import { isRecord } from "@agent-roles/iam";
import type { AssumeRoleRequest } from "./assume-role-request.ts";

/**
 * The tags that a session inherits from the caller's and passes on, by their keys in lower case: AWS ignores the case of
 * tag keys here.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
 */
export function inheritedTags({ caller }: AssumeRoleRequest): ReadonlyMap<string, string> {
  const tags = "arn" in caller && isRecord(caller.transitiveTags) ? caller.transitiveTags : {};
  return new Map(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]));
}

/** A session tag of the call that would override an inherited one, which STS refuses. */
export function overriddenTag(input: AssumeRoleRequest): string | undefined {
  const inherited = inheritedTags(input);
  return Object.keys(input.request?.sessionTags ?? {}).find((key) => inherited.has(key.toLowerCase()));
}
