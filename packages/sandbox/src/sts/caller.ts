import type { AwsPrincipal, CallerPolicies } from "@agent-roles/iam";
import type { IamUser } from "../iam/iam-state.ts";
import type { StsContext } from "./issue-session.ts";
import type { Session } from "./session-table.ts";

/** Who signed a request. */
export type Caller = IamUser | Session;

/** Whether the caller is a role session. */
export function isSession(caller: Caller): caller is Session {
  return "sessionToken" in caller;
}

/** A caller as the evaluator takes it. */
export type DescribedCaller = AwsPrincipal & CallerPolicies;

/** Reads the caller's policies and tags as they are now. A session outlives its role, but not the role's permissions. */
export async function describeCaller(
  caller: Caller,
  { iam, membership }: Pick<StsContext, "iam" | "membership">,
): Promise<DescribedCaller> {
  const { arn, tags } = caller;
  const ofAccount = membership(caller.accountId);
  if (!isSession(caller)) return { arn, identityPolicies: caller.identityPolicies, tags, ...ofAccount };
  const { role, sessionPolicies, scopedPolicies } = caller;
  const { identityPolicies = [], permissionsBoundary, tags: roleTags } = (await iam.role(role)) ?? {};
  return {
    arn,
    principalArn: role.arn,
    identityPolicies,
    tags: { ...roleTags, ...tags },
    ...(permissionsBoundary && { permissionsBoundary }),
    ...(sessionPolicies && { sessionPolicies }),
    ...(scopedPolicies && { scopedPolicies }),
    ...ofAccount,
  };
}

/** Access keys have no MFA and no session. */
const ACCESS_KEYS = { "aws:MultiFactorAuthPresent": [], "aws:MultiFactorAuthAge": [], "aws:TokenIssueTime": [] };

/** Condition keys of the caller's credentials; an empty list states that a key is absent. */
export function credentialKeys(caller: Caller): Record<string, string | readonly string[]> {
  if (!isSession(caller)) return { "aws:userid": caller.userId, ...ACCESS_KEYS };
  const { userId, issuedMs, sourceIdentity } = caller;
  return {
    "aws:userid": userId,
    "aws:TokenIssueTime": new Date(issuedMs).toISOString(),
    ...(sourceIdentity !== undefined && { "aws:SourceIdentity": sourceIdentity }),
  };
}
