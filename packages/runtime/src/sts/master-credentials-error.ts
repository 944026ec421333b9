import { AgentRolesError } from "../agent-roles-error.ts";
import { classify, describe, type ErrorFacts, errorFacts, type Failure, NO_CREDENTIALS } from "./sts-error.ts";

/**
 * Gives every failure of the SDK's default chain a code of the master: what failed is not the target role.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function masterCredentialsError(error: unknown): AgentRolesError {
  if (error instanceof AgentRolesError) return error;
  const facts = errorFacts(error);
  const { code, retryable = false, fix } = classifyMaster(facts);
  return new AgentRolesError(`the master's credentials: ${describe(facts, code)}`, {
    code,
    retryable,
    fix,
    cause: error,
  });
}

function classifyMaster(outer: ErrorFacts): Failure {
  // The SDK's providers put a failed call into the message of an error of theirs.
  const [, innerName, innerMessage] = /^(?:\w+: )*?(\w+(?:Error|Exception)?): (.*)/s.exec(outer.message) ?? [];
  const isWrapped = outer.name === "CredentialsProviderError" && innerName && innerMessage;
  const facts = isWrapped ? { ...outer, name: innerName, message: innerMessage } : outer;
  const { name, message, status } = facts;
  if (/expired/i.test(`${name} ${message}`) && !/Signature/.test(name)) {
    const fix = /sso/i.test(message)
      ? 'Run "aws sso login" with the master\'s profile.'
      : "Give the agent new master credentials.";
    return { code: "MasterCredentialsExpired", fix };
  }
  if (
    /^(AccessDenied|InvalidIdentityToken|IDPRejectedClaim|Unauthorized|Forbidden|ValidationError|RegionDisabled)/.test(
      name,
    )
  ) {
    return { code: "MasterCredentialsDenied", fix: masterFix(message) };
  }
  if (/multi-factor/.test(message)) {
    const fix =
      "Use a profile without mfa_serial, or the keys of aws sts get-session-token: the agent cannot enter an MFA code.";
    return { code: "MasterCredentialsInvalid", fix };
  }
  const { code, fix, retryable } = classify(facts);
  if (retryable && code !== "Unknown") {
    const checks = "Check the network path to what gives the master its credentials, and AWS_ENDPOINT_URL.";
    return {
      code: "MasterCredentialsUnavailable",
      retryable,
      fix: code === "Throttled" ? fix : checks,
    };
  }
  return { code: "MasterCredentialsInvalid", fix: status === undefined ? NO_CREDENTIALS : masterFix(message) };
}

/** Which step of the default chain was refused follows from AWS's text. */
function masterFix(message: string): string {
  if (/WebIdentity|identity token|OpenIDConnect|OIDC/i.test(message)) {
    return "Check that the trust policy of AWS_ROLE_ARN (or of role_arn in the master's profile) allows sts:AssumeRoleWithWebIdentity for the issuer, audience and subject of this token.";
  }
  if (/DurationSeconds/.test(message)) return "Lower duration_seconds in the master's profile.";
  return "Check role_arn, source_profile and external_id in the master's profile, and the trust policy of that role.";
}
