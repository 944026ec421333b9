import { type AwsCaller, evaluateAssumeRole, type Reason } from "@agent-roles/trust";
import type { IamState } from "../iam/iam-state.ts";
import { type AssumeRoleCall, parseAssumeRole } from "./assume-role-parameters.ts";
import { type Caller, callerAccount, callerArn } from "./caller.ts";
import { type AssumeContext, type AssumeOutcome, issueSession, sessionPolicies, sessionXml } from "./issue-session.ts";
import { chainViolation, inheritance } from "./role-chain.ts";
import { failure, type StsFailure } from "./sts-answer.ts";

/** What the sandbox's users sign with: access keys have no MFA and no session. */
const ACCESS_KEYS = { "aws:MultiFactorAuthPresent": [], "aws:MultiFactorAuthAge": [], "aws:TokenIssueTime": [] };

/**
 * Answers `AssumeRole` as STS does: parameters, then role chaining, then the policies, then the role's maximum duration,
 * which an unauthorized caller must not learn.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export async function assumeRole(
  caller: Caller,
  form: URLSearchParams,
  context: AssumeContext,
): Promise<AssumeOutcome> {
  const parsed = parseAssumeRole(form);
  if ("invalid" in parsed) return { answer: failure(400, parsed.code ?? "ValidationError", parsed.invalid) };
  const { call } = parsed;
  const inherited = caller.kind === "session" ? inheritance(caller.session) : { tags: {} };
  const mistake = caller.kind === "session" ? chainViolation(call, inherited) : undefined;
  if (mistake) return { answer: mistake };

  const { iam } = context;
  const [role, awsCaller, policies] = await Promise.all([
    iam.role(call.role),
    describeCaller(caller, iam),
    sessionPolicies(call, iam),
  ]);
  if (!role) return { answer: denied(caller, "sts:AssumeRole", call) };
  // Inherited tags count as passed again: the next role must allow TagSession and SetSourceIdentity for them.
  const tags = { ...inherited.tags, ...call.sessionTags };
  const sourceIdentity = call.sourceIdentity ?? inherited.sourceIdentity;
  const transitiveTagKeys = [...Object.keys(inherited.tags), ...call.transitiveTagKeys];
  const { decision, reasons } = evaluateAssumeRole({
    caller: { ...awsCaller, ...orgId(context, callerAccount(caller)) },
    role: {
      arn: role.arn,
      trustPolicy: role.trustPolicy,
      // A transitive tag hides the role's own tag of that key.
      tags: { ...role.tags, ...inherited.tags },
      ...orgId(context, call.role.accountId),
    },
    request: {
      roleSessionName: call.roleSessionName,
      sessionTags: tags,
      transitiveTagKeys,
      context: { ...(caller.kind === "user" && ACCESS_KEYS), ...context.conditionKeys },
      ...(call.externalId !== undefined && { externalId: call.externalId }),
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
  });
  if (decision !== "allowed") return { answer: denied(caller, refusedAction(reasons), call), reasons };

  const identity = {
    tags,
    transitiveTagKeys,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(policies.length > 0 && { sessionPolicies: policies }),
  };
  const session = issueSession(call, role, identity, context);
  return { answer: "code" in session ? session : { action: "AssumeRole", result: sessionXml(session) } };
}

async function describeCaller(caller: Caller, iam: IamState): Promise<AwsCaller> {
  switch (caller.kind) {
    case "user": {
      const { arn, identityPolicies, tags } = caller.user;
      return { arn, identityPolicies, tags };
    }
    case "session": {
      const { role, tags, sessionPolicies: policies } = caller.session;
      // A session outlives its role, but not the role's permissions.
      const { identityPolicies = [], permissionsBoundary, tags: roleTags } = (await iam.role(role)) ?? {};
      return {
        arn: callerArn(caller),
        principalArn: role.arn,
        identityPolicies,
        tags: { ...roleTags, ...tags },
        ...(permissionsBoundary && { permissionsBoundary }),
        ...(policies && { sessionPolicies: policies }),
      };
    }
  }
}

function orgId({ organizationOf }: AssumeContext, accountId: string): { readonly orgId?: string } {
  const id = organizationOf(accountId);
  return id === undefined ? {} : { orgId: id };
}

/** AWS names the denied action, not the policy that denied it. */
function denied(caller: Caller, action: string, call: AssumeRoleCall): StsFailure {
  const text = `User: ${callerArn(caller)} is not authorized to perform: ${action} on resource: ${call.role.arn}`;
  return failure(403, "AccessDenied", text);
}

function refusedAction(reasons: readonly Reason[]): string {
  const refused = reasons.filter(({ effect }) => effect !== "allowed").map(({ action }) => action);
  return refused.includes("sts:AssumeRole") ? "sts:AssumeRole" : (refused[0] ?? "sts:AssumeRole");
}
