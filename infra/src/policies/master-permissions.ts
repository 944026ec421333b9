import type { Manifest } from "@agent-roles/manifest";
import { MANAGED_POLICY_QUOTA, policySize } from "./policy-size.ts";
import { ASSUME_ACTIONS, type PolicyDocument, policyDocument } from "./policy-document.ts";

/**
 * What the master role may do: assume what stands below `rolePath`, and nothing else.
 *
 * In an organization this is one pattern for all accounts, however many roles there are. Without one it is a pattern an
 * account, in as many managed policies as their size asks for.
 */
export function masterPermissions({ partition, organization, rolePath, roles }: Manifest): PolicyDocument[] {
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
  // In the order of the manifest: an account that is added moves no other into another policy.
  const accounts = [...new Set(roles.map(({ account }) => account))];
  return packed(accounts.map(pattern)).map(permission);
}

function permission(resources: readonly string[]): PolicyDocument {
  return policyDocument([{ Effect: "Allow", Action: ASSUME_ACTIONS, Resource: resources }]);
}

/** Puts patterns into as few groups as fit a managed policy each. */
function packed(patterns: readonly string[]): string[][] {
  const groups: string[][] = [];
  const capacity = MANAGED_POLICY_QUOTA - policySize(permission([]));
  let free = 0;
  for (const pattern of patterns) {
    // Two quotation marks and a comma.
    const size = pattern.length + 3;
    if (size > free) {
      groups.push([]);
      free = capacity;
    }
    groups.at(-1)?.push(pattern);
    free -= size;
  }
  return groups;
}
