import { evaluate } from "@agent-roles/iam";
import { policyError } from "../moto/policy-error.ts";
import { type Caller, credentialKeys, describeCaller, isSession } from "./caller.ts";
import { type AssumeContext, credentialsXml } from "./issue-session.ts";
import { failure, type StsAnswer, type ServiceError } from "./sts-answer.ts";

/** A fourth layer is denied. */
const MAX_SCOPED_POLICIES = 3;
const MAX_POLICY_CHARACTERS = 2048;
const MAX_DURATION_SECONDS = 129_600;

/**
 * Answers `GetScopedCredentials`: a session with the same ARN, name, tags and source identity, and with fewer permissions,
 * a shorter life, or both. No permission is needed, but a Deny counts: AWS's documentation leaves it open.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
 */
export async function getScopedCredentials(
  caller: Caller,
  form: URLSearchParams,
  context: AssumeContext & { readonly region: string },
): Promise<StsAnswer> {
  if (!isSession(caller)) {
    const text = "GetScopedCredentials needs temporary credentials.";
    return failure(400, "InvalidSubjectCredentialsException", text);
  }
  const [policy, duration] = [form.get("Policy"), form.get("DurationSeconds")];
  const description = form.get("ScopedSessionDescription");
  const mistake = mistakeIn(policy, duration, description, context.region);
  if (mistake) return mistake;

  const scopedPolicies = [...(caller.scopedPolicies ?? []), ...(policy === null ? [] : [JSON.parse(policy)])];
  if (scopedPolicies.length > MAX_SCOPED_POLICIES) {
    return denied(caller, `because a session has at most ${MAX_SCOPED_POLICIES} scoped policies`);
  }
  const described = await describeCaller(caller, context);
  const keys = { ...credentialKeys(caller), ...context.conditionKeys };
  const action = "sts:GetScopedCredentials";
  const { reasons } = evaluate({ caller: described, action, resource: "*", context: keys }, described);
  if (reasons.some(({ effect, message }) => effect === "denied" && message.includes(` denies ${action}`))) {
    return denied(caller, "with an explicit deny in a policy");
  }
  const now = context.now();
  const leftMs = caller.expirationMs - now;
  const wantedMs = duration === null ? leftMs : Number(duration) * 1000;
  if (wantedMs > leftMs) {
    const text = "The requested DurationSeconds exceeds the remaining lifetime of the calling session.";
    return failure(400, "InsufficientSessionLifetimeException", text);
  }
  const expirationMs = duration === null ? caller.expirationMs : (Math.floor(now / 1000) + Number(duration)) * 1000;
  const scoped = context.sessions.issue({ ...caller, scopedPolicies }, expirationMs);
  return {
    action: "GetScopedCredentials",
    result: {
      Credentials: credentialsXml(scoped),
      SessionInfo: { ScopedSessionId: scoped.accessKeyId, Arn: scoped.arn },
      SessionTokenUtilization: Math.ceil((100 * JSON.stringify(scopedPolicies).length) / (3 * MAX_POLICY_CHARACTERS)),
      SessionTokenSize: scoped.sessionToken.length,
      ScopedPoliciesCount: scopedPolicies.length,
      SourceIdentity: scoped.sourceIdentity,
    },
  };
}

function mistakeIn(
  policy: string | null,
  duration: string | null,
  description: string | null,
  region: string,
): ServiceError | undefined {
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) {
    return failure(400, "InvalidAction", "GetScopedCredentials is not available at the global endpoint. Use a Region.");
  }
  if (policy === null && duration === null) return invalid("At least one of Policy and DurationSeconds is required.");
  if (description !== null && description.length > 256) {
    return invalid(
      "1 validation error detected: Value at 'scopedSessionDescription' failed to satisfy constraint: Member must have length less than or equal to 256",
    );
  }
  if (
    duration !== null &&
    !(/^\d{1,6}$/.test(duration) && Number(duration) >= 1 && Number(duration) <= MAX_DURATION_SECONDS)
  ) {
    return invalid(
      `1 validation error detected: Value '${duration}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 1 and ${MAX_DURATION_SECONDS}`,
    );
  }
  if (policy === null) return undefined;
  if (policy.length > MAX_POLICY_CHARACTERS) {
    return failure(
      400,
      "PackedPolicyTooLarge",
      `The policy has ${policy.length} characters; at most ${MAX_POLICY_CHARACTERS} are allowed.`,
    );
  }
  const error = policyError(policy, "session policy");
  return error === undefined ? undefined : failure(400, "MalformedPolicyDocument", error);
}

function denied(caller: Caller, why: string): ServiceError {
  const text = `User: ${caller.arn} is not authorized to perform: sts:GetScopedCredentials ${why}`;
  return failure(403, "AccessDenied", text);
}

function invalid(text: string): ServiceError {
  return failure(400, "ValidationError", text);
}
