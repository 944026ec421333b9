import { lastSegment } from "../arn.ts";
import { matchesWildcard } from "../wildcard.ts";

/** Why a comparison with a role's ARN stays open. */
export const PATH_UNKNOWN = "a session ARN does not tell the path of its role; state caller.principalArn";

/**
 * Gives the role the path that a policy's value asks for, if the value could mean a role of that name: whether the role
 * really has that path is what nobody knows.
 *
 * @returns `undefined` when the value is about another role.
 */
export function withPathOf(policyText: string, pathlessArn: string): string | undefined {
  const name = lastSegment(pathlessArn);
  const prefix = pathlessArn.slice(0, -name.length);
  const [, path] = /:role\/(.*\/)?[^/]*$/.exec(policyText) ?? [];
  if (path === undefined || !matchesWildcard(lastSegment(policyText), name)) return undefined;
  return `${prefix}${path}${name}`;
}
