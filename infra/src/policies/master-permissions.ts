import type { Manifest } from "@agent-roles/manifest";
import { INLINE_POLICIES_QUOTA, MANAGED_POLICY_QUOTA, policySize } from "./policy-size.ts";
import { ASSUME_ACTIONS, type PolicyDocument, policyDocument } from "./policy-document.ts";

/**
 * The permission of the master role: to assume every role below `rolePath`, and nothing else. With an organization this is one
 * pattern for all accounts, otherwise one pattern per account.
 *
 * @returns the role's inline policy, then managed policies for the patterns that do not fit into it.
 */
export function masterPermissions({
  partition,
  organization,
  rolePath,
  roles,
}: Manifest): [PolicyDocument, ...PolicyDocument[]] {
  const pattern = (account: string): string => `arn:${partition}:iam::${account}:role${rolePath}*`;
  if (organization !== undefined) {
    return [
      policyDocument([
        {
          Effect: "Allow",
          Action: ASSUME_ACTIONS,
          Resource: pattern("*"),
          Condition: { StringEquals: { "aws:ResourceOrgID": organization } },
        },
      ]),
    ];
  }
  // In the order of the manifest, so that an account added at its end moves no other into another policy.
  const accounts = [...new Set(roles.map(({ account }) => account))];
  const [inline = [], ...managed] = packed(accounts.map(pattern));
  return [permission(inline), ...managed.map(permission)];
}

function permission(resources: readonly string[]): PolicyDocument {
  return policyDocument([{ Effect: "Allow", Action: ASSUME_ACTIONS, Resource: resources }]);
}

/** Fills the inline policy first, then as few managed policies as possible. */
function packed(patterns: readonly string[]): string[][] {
  const groups: string[][] = [];
  const overhead = policySize(permission([]));
  let free = 0;
  for (const pattern of patterns) {
    // Two quotation marks and a comma.
    const size = pattern.length + 3;
    if (size > free) {
      free = (groups.length === 0 ? INLINE_POLICIES_QUOTA : MANAGED_POLICY_QUOTA) - overhead;
      groups.push([]);
    }
    groups.at(-1)?.push(pattern);
    free -= size;
  }
  return groups;
}
