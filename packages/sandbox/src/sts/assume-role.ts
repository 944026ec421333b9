import type { Reason } from "@agent-roles/iam";
import { evaluateAssumeRole } from "@agent-roles/trust";
import { type AssumeRoleCall, parseAssumeRole } from "./assume-role-parameters.ts";
import { type Caller, credentialKeys, describeCaller, isSession } from "./caller.ts";
import { type AssumeContext, type AssumeOutcome, issueSession, sessionPolicies, sessionXml } from "./issue-session.ts";
import { chainViolation, inheritance } from "./role-chain.ts";
import { failure, type ServiceError } from "./sts-answer.ts";

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
  const inherited = isSession(caller) ? inheritance(caller) : { tags: {} };
  const mistake = isSession(caller) ? chainViolation(call, inherited) : undefined;
  if (mistake) return { answer: mistake };

  const { iam } = context;
  const [role, awsCaller, policies] = await Promise.all([
    iam.role(call.role),
    describeCaller(caller, context),
    sessionPolicies(call, iam),
  ]);
  const { orgId, isMissing } = context.membership(call.role.accountId);
  const ageMs = role ? Date.now() - role.createdMs : 0;
  if (!role || ageMs < 1000 * (context.newRoleDelaySeconds ?? 0))
    return { answer: denied(caller, "sts:AssumeRole", call, isMissing) };
  // Inherited tags count as passed again: the next role must allow TagSession and SetSourceIdentity for them.
  const tags = { ...inherited.tags, ...call.sessionTags };
  const sourceIdentity = call.sourceIdentity ?? inherited.sourceIdentity;
  const transitiveTagKeys = [...Object.keys(inherited.tags), ...call.transitiveTagKeys];
  const { decision, reasons } = evaluateAssumeRole({
    caller: awsCaller,
    role: {
      arn: role.arn,
      trustPolicy: role.trustPolicy,
      // A transitive tag hides the role's own tag of that key.
      tags: { ...role.tags, ...inherited.tags },
      ...(orgId !== undefined && { orgId }),
    },
    request: {
      roleSessionName: call.roleSessionName,
      sessionTags: tags,
      transitiveTagKeys,
      context: { ...credentialKeys(caller), ...context.conditionKeys },
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

/** AWS names the denied action, not the policy that denied it. Only the sandbox names an account that it does not have. */
function denied(caller: Caller, action: string, call: AssumeRoleCall, isMissing = false): ServiceError {
  const text = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${call.role.arn}`;
  const { accountId } = call.role;
  const why = isMissing ? ` (the sandbox has no account ${accountId}: start it again with the manifest)` : "";
  return failure(403, "AccessDenied", text + why);
}

function refusedAction(reasons: readonly Reason[]): string {
  const refused = reasons.filter(({ effect }) => effect !== "allowed").map(({ action }) => action);
  return refused.includes("sts:AssumeRole") ? "sts:AssumeRole" : (refused[0] ?? "sts:AssumeRole");
}
