import { AgentRolesError, type Diagnostic } from "@agent-roles/runtime/role-env";

/** Why an account could not be read, and what to do; `profile` is left out for the credentials in use. */
export function liveProblem(cause: unknown, profile: string | undefined): Diagnostic {
  const place = { file: "live", ...(profile !== undefined && { path: `profile ${profile}` }) };
  if (cause instanceof AgentRolesError) return { ...place, message: cause.message, fix: cause.fix };
  const name = cause instanceof Error ? cause.name : "unknown error";
  const text = cause instanceof Error && cause.message !== "" ? `${name}: ${cause.message}` : name;
  return { ...place, message: `the account cannot be read: ${text.replace(/\s+/gu, " ")}`, fix: fixFor(name, cause) };
}

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
function fixFor(name: string, cause: unknown): string {
  if (name.startsWith("AccessDenied")) {
    return "use credentials that are allowed to call iam:GetAccountAuthorizationDetails: the policies SecurityAudit and IAMReadOnlyAccess allow it";
  }
  if (/^(?:Throttling|TooManyRequests|RequestLimitExceeded|SlowDown)/u.test(name))
    return "IAM throttles this account: try again in a minute";
  if (/^(?:CredentialsProviderError|ProviderError|TokenProviderError)$/u.test(name)) {
    return "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with --profile";
  }
  if (/^(?:Expired|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|IncompleteSignature)/u.test(name)) {
    return "get new credentials: AWS does not accept these";
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (/^E[A-Z]+$/u.test(code) || /^(?:Timeout|Network)/u.test(name)) {
    return "check the network path to IAM, HTTPS_PROXY and AWS_ENDPOINT_URL";
  }
  return "try again, and check that these credentials are allowed to call iam:GetAccountAuthorizationDetails";
}
