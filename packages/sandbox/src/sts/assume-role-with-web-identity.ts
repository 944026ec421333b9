import { evaluateAssumeRole } from "@agent-roles/trust";
import { parseAssumeRole } from "./assume-role-parameters.ts";
import { type AssumeContext, type AssumeOutcome, issueSession, sessionPolicies, sessionXml } from "./issue-session.ts";
import { failure, type ServiceError } from "./sts-answer.ts";
import { readWebIdentityToken, type WebIdentityToken } from "./web-identity-token.ts";

/**
 * Answers `AssumeRoleWithWebIdentity`, which is not signed: the token identifies the caller. The provider must exist in
 * the role's account and list the audience, and the trust policy must allow the token's claims.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function assumeRoleWithWebIdentity(form: URLSearchParams, context: AssumeContext): Promise<AssumeOutcome> {
  const parsed = parseAssumeRole(form);
  if ("invalid" in parsed) return { answer: failure(400, parsed.code ?? "ValidationError", parsed.invalid) };
  const { call } = parsed;
  const token = readWebIdentityToken(form.get("WebIdentityToken") ?? "");
  if (!token) return { answer: invalidToken("The ID Token provided is not a valid JWT.") };

  const { iam } = context;
  const federated = `arn:${call.role.partition}:iam::${call.role.accountId}:oidc-provider/${token.issuer}`;
  const [role, clientIds, policies] = await Promise.all([
    iam.role(call.role),
    iam.oidcClientIds(call.role, federated),
    sessionPolicies(call, iam),
  ]);
  const mistake = tokenMistake(token, clientIds, context.now());
  if (mistake) return { answer: mistake };
  const denied = failure(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  if (!role) return { answer: denied };
  const { decision, reasons } = evaluateAssumeRole({
    caller: { federated },
    role: { arn: role.arn, trustPolicy: role.trustPolicy, tags: role.tags },
    request: {
      action: "sts:AssumeRoleWithWebIdentity",
      roleSessionName: call.roleSessionName,
      context: { ...context.conditionKeys, ...claimKeys(token) },
    },
  });
  if (decision !== "allowed") return { answer: denied, reasons };

  const identity = { tags: {}, transitiveTagKeys: [], ...(policies.length > 0 && { sessionPolicies: policies }) };
  const session = issueSession(call, role, identity, context);
  if ("code" in session) return { answer: session };
  const result = {
    ...sessionXml(session),
    SubjectFromWebIdentityToken: token.subject,
    Audience: token.audiences[0],
    Provider: federated,
  };
  return { answer: { action: "AssumeRoleWithWebIdentity", result } };
}

function tokenMistake(
  token: WebIdentityToken,
  clientIds: readonly string[] | undefined,
  now: number,
): ServiceError | undefined {
  if (!clientIds) {
    return invalidToken(`No OpenIDConnect provider found in your account for https://${token.issuer}`);
  }
  if (!token.audiences.some((audience) => clientIds.includes(audience)))
    return invalidToken("Incorrect token audience");
  if (token.expirationMs > now) return undefined;
  const [current, expiry] = [now, token.expirationMs].map((ms) => Math.floor(ms / 1000));
  const text = `Token expired: current date/time ${current} must be before the expiration date/time ${expiry}`;
  return failure(400, "ExpiredTokenException", text);
}

/** `token.actions.githubusercontent.com:sub` and the like. */
function claimKeys({ issuer, claims, audiences }: WebIdentityToken): Record<string, string | readonly string[]> {
  const keys = Object.entries(claims).map(([name, value]) => [`${issuer}:${name}`, value]);
  // The token has no other claims.
  return { [`${issuer}:*`]: [], ...Object.fromEntries(keys), [`${issuer}:aud`]: audiences[0] ?? "" };
}

function invalidToken(message: string): ServiceError {
  return failure(400, "InvalidIdentityToken", message);
}
