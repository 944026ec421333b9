import { lastSegment } from "../arn.ts";

/** Why a comparison with a role's ARN stays open. */
export const PATH_UNKNOWN = "a session ARN does not tell the path of its role; state caller.principalArn";

/**
 * Gives the role the path that a policy's value asks for: whether it really has that path is what nobody knows.
 *
 * @returns `undefined` when the value is not about a role with a path.
 */
export function withPathOf(policyText: string, pathlessArn: string): string | undefined {
  const name = lastSegment(pathlessArn);
  const prefix = pathlessArn.slice(0, -name.length);
  const [, path] = /:role\/(.*\/)[^/]*$/.exec(policyText) ?? [];
  return path === undefined ? undefined : `${prefix}${path}${name}`;
}
