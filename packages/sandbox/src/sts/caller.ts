import type { AwsPrincipal, CallerPolicies } from "@agent-roles/iam";
import type { IamState, IamUser } from "../iam/iam-state.ts";
import type { Session } from "./session-table.ts";

/** Who signed a request. */
export type Caller =
  | { readonly kind: "user"; readonly user: IamUser }
  | { readonly kind: "session"; readonly session: Session };

/** The ARN in STS's answers and in error messages. */
export function callerArn(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return caller.user.arn;
    case "session":
      return caller.session.arn;
  }
}

/** The account of the caller. */
export function callerAccount(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return caller.user.accountId;
    case "session":
      return caller.session.role.accountId;
  }
}

/** A caller as the evaluator takes it. */
export type DescribedCaller = AwsPrincipal & CallerPolicies;

/** What {@link describeCaller} needs to know about accounts. */
export interface Organization {
  readonly organizationOf: (accountId: string) => string | undefined;
  readonly scpsOf: (accountId: string) => CallerPolicies["scps"];
}

/** Reads the caller's policies and tags as they are now. A session outlives its role, but not the role's permissions. */
export async function describeCaller(
  caller: Caller,
  iam: Pick<IamState, "role">,
  { organizationOf, scpsOf }: Organization,
): Promise<DescribedCaller> {
  const account = callerAccount(caller);
  const [orgId, scps] = [organizationOf(account), scpsOf(account)];
  const membership = { ...(orgId !== undefined && { orgId }), ...(scps && { scps }) };
  switch (caller.kind) {
    case "user": {
      const { arn, identityPolicies, tags } = caller.user;
      return { arn, identityPolicies, tags, ...membership };
    }
    case "session": {
      const { arn, role, tags, sessionPolicies, scopedPolicies } = caller.session;
      const { identityPolicies = [], permissionsBoundary, tags: roleTags } = (await iam.role(role)) ?? {};
      return {
        arn,
        principalArn: role.arn,
        identityPolicies,
        tags: { ...roleTags, ...tags },
        ...(permissionsBoundary && { permissionsBoundary }),
        ...(sessionPolicies && { sessionPolicies }),
        ...(scopedPolicies && { scopedPolicies }),
        ...membership,
      };
    }
  }
}

/** Access keys have no MFA and no session. */
const ACCESS_KEYS = { "aws:MultiFactorAuthPresent": [], "aws:MultiFactorAuthAge": [], "aws:TokenIssueTime": [] };

/** Condition keys of the caller's credentials; an empty list states that a key is absent. */
export function credentialKeys(caller: Caller): Record<string, string | readonly string[]> {
  if (caller.kind === "user") return { "aws:userid": caller.user.userId, ...ACCESS_KEYS };
  const { userId, issuedMs, sourceIdentity } = caller.session;
  return {
    "aws:userid": userId,
    "aws:TokenIssueTime": new Date(issuedMs).toISOString(),
    ...(sourceIdentity !== undefined && { "aws:SourceIdentity": sourceIdentity }),
  };
}
