import type { PolicyDocument } from "@agent-roles/trust";
import {
  GetGroupPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupPoliciesCommand,
  ListGroupsForUserCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
} from "@aws-sdk/client-iam";

/** IAM sends documents URL-encoded; moto does so for some of them only. */
export function parseDocument(text: string | undefined): PolicyDocument {
  if (!text) return {};
  const document: PolicyDocument = JSON.parse(text.trimStart().startsWith("{") ? text : decodeURIComponent(text));
  return document;
}

/** The document that is in force of a managed policy. */
export async function managedPolicy(iam: IAMClient, PolicyArn: string): Promise<PolicyDocument> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId }));
  return parseDocument(version.PolicyVersion?.Document);
}

/** Every identity policy of a role, inline and attached. */
export async function rolePolicies(iam: IAMClient, RoleName: string): Promise<PolicyDocument[]> {
  const [inline, attached] = await Promise.all([
    iam.send(new ListRolePoliciesCommand({ RoleName })),
    iam.send(new ListAttachedRolePoliciesCommand({ RoleName })),
  ]);
  return Promise.all([
    ...(inline.PolicyNames ?? []).map(async (PolicyName) => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return parseDocument(PolicyDocument);
    }),
    ...managedPolicies(iam, attached.AttachedPolicies),
  ]);
}

/** Every identity policy of a user, inline and attached, its groups' included. */
export async function userPolicies(iam: IAMClient, UserName: string): Promise<PolicyDocument[]> {
  const [inline, attached, groups] = await Promise.all([
    iam.send(new ListUserPoliciesCommand({ UserName })),
    iam.send(new ListAttachedUserPoliciesCommand({ UserName })),
    iam.send(new ListGroupsForUserCommand({ UserName })),
  ]);
  const [own, ofGroups] = await Promise.all([
    Promise.all([
      ...(inline.PolicyNames ?? []).map(async (PolicyName) => {
        const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }));
        return parseDocument(PolicyDocument);
      }),
      ...managedPolicies(iam, attached.AttachedPolicies),
    ]),
    Promise.all((groups.Groups ?? []).map((group) => groupPolicies(iam, group.GroupName))),
  ]);
  return [...own, ...ofGroups.flat()];
}

async function groupPolicies(iam: IAMClient, GroupName: string | undefined): Promise<PolicyDocument[]> {
  const [inline, attached] = await Promise.all([
    iam.send(new ListGroupPoliciesCommand({ GroupName })),
    iam.send(new ListAttachedGroupPoliciesCommand({ GroupName })),
  ]);
  return Promise.all([
    ...(inline.PolicyNames ?? []).map(async (PolicyName) => {
      const { PolicyDocument } = await iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName }));
      return parseDocument(PolicyDocument);
    }),
    ...managedPolicies(iam, attached.AttachedPolicies),
  ]);
}

function managedPolicies(
  iam: IAMClient,
  attached: readonly { readonly PolicyArn?: string | undefined }[] = [],
): Promise<PolicyDocument>[] {
  return attached.flatMap(({ PolicyArn }) => (PolicyArn ? [managedPolicy(iam, PolicyArn)] : []));
}
