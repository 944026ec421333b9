import { type Manifest, sessionAttributes } from "@agent-roles/manifest";
import { INLINE_POLICIES_QUOTA, MANAGED_POLICY_QUOTA, policySize } from "./policy-size.ts";
import { allow, assumeStatements, type PolicyDocument, policyDocument } from "./policy-document.ts";

/** Room that is left free, so that the trust check does not warn about a policy that is nearly full. */
const FILL = 0.85;

/**
 * The permission of the master role to assume every role below `rolePath`. With an organization this is one pattern for all
 * accounts, otherwise one pattern per account.
 *
 * @returns the role's inline policy, then managed policies for the patterns that do not fit into it.
 */
export function masterPermissions(manifest: Manifest): [PolicyDocument, ...PolicyDocument[]] {
  const { partition, organization, rolePath, roles, master } = manifest;
  const pattern = (account: string): string => `arn:${partition}:iam::${account}:role${rolePath}*`;
  const insideOrganization = { StringEquals: { "aws:ResourceOrgID": organization } };
  const statements = assumeStatements(
    { Resource: pattern("*") },
    sessionAttributes(manifest),
    {},
    organization === undefined ? {} : insideOrganization,
  );
  if (organization !== undefined) return [policyDocument(statements)];
  // sts:TagSession and sts:SetSourceIdentity do nothing without sts:AssumeRole, so their pattern can have any account.
  const [{ Condition: condition = {} } = {}, ...attributes] = statements;
  const permission = (resources: readonly string[]) => allow({ Resource: resources }, "sts:AssumeRole", condition);
  const others = master.statements === undefined ? 0 : policySize(policyDocument(master.statements));
  const inlineQuota = INLINE_POLICIES_QUOTA - others - policySize(attributes);
  // Sorted, so that the order of the roles in the manifest changes nothing.
  const accounts = [...new Set(roles.map(({ account }) => account))].toSorted((a, b) => Number(a) - Number(b));
  const [inline = [], ...managed] = packed(
    accounts.map(pattern),
    inlineQuota,
    policySize(policyDocument([permission([])])),
  );
  return [
    policyDocument([permission(inline), ...attributes]),
    ...managed.map((each) => policyDocument([permission(each)])),
  ];
}

/** Fills the inline policy first, then as few managed policies as possible. */
function packed(patterns: readonly string[], inlineQuota: number, overhead: number): string[][] {
  const groups: string[][] = [];
  let free = 0;
  for (const pattern of patterns) {
    // Two quotation marks and a comma.
    const size = pattern.length + 3;
    if (size > free) {
      free = (groups.length === 0 ? inlineQuota : MANAGED_POLICY_QUOTA) * FILL - overhead;
      groups.push([]);
    }
    groups.at(-1)?.push(pattern);
    free -= size;
  }
  return groups;
}
