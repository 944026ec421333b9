import { AssumeRoleCommand, type Credentials, type STSClient } from "@aws-sdk/client-sts";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { Clock } from "../clock.ts";
import { malformedField, type SessionCredentials } from "../session/credentials.ts";
import type { RoleRequest, SessionAttributes } from "../session/role-request.ts";
import { sessionPolicies } from "../session/session-policies.ts";
import { assumeRoleError } from "./sts-error.ts";

/** Names the sessions in CloudTrail when AGENT_ROLES_SESSION_NAME is not set. */
const DEFAULT_SESSION_NAME = "agent-roles";

/**
 * Assumes a role through STS, and checks every field of the answer.
 *
 * @param signal - ends the call.
 * @throws {AgentRolesError} with a code, `retryable` and the fix.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export async function callAssumeRole(
  client: STSClient,
  request: RoleRequest,
  { attributes, clock, signal }: { attributes: SessionAttributes; clock: Clock; signal?: AbortSignal },
): Promise<SessionCredentials> {
  const used = request.attributes ?? attributes;
  const { roleSessionName = DEFAULT_SESSION_NAME, sourceIdentity, sessionTags = {} } = used;
  const tags = Object.entries(sessionTags).map(([Key, Value]) => ({ Key, Value }));
  const command = new AssumeRoleCommand({
    RoleArn: request.role.arn,
    RoleSessionName: roleSessionName,
    ExternalId: request.externalId,
    DurationSeconds: request.durationSeconds,
    ...sessionPolicies(request),
    SourceIdentity: sourceIdentity,
    ...(tags.length > 0 && { Tags: tags }),
  });
  const answer = await client.send(command, signal ? { abortSignal: signal } : {}).catch((error: unknown) => {
    throw assumeRoleError(error, { ...request, attributes: used });
  });
  // Not before the answer, which can have corrected the clock.
  return checkedCredentials(answer.Credentials, request, new Date(clock.now()));
}

/** An answer of STS as credentials. @throws {AgentRolesError} `InvalidAnswer` when a field is not what STS gives. */
export function checkedCredentials(
  answer: Credentials | undefined,
  request: Pick<RoleRequest, "role" | "subject" | "hop">,
  issuedAt: Date,
): SessionCredentials {
  const credentials: SessionCredentials = {
    accessKeyId: answer?.AccessKeyId ?? "",
    secretAccessKey: answer?.SecretAccessKey ?? "",
    sessionToken: answer?.SessionToken ?? "",
    expiration: answer?.Expiration ?? new Date(Number.NaN),
    accountId: request.role.accountId,
    issuedAt,
  };
  const field = answer ? malformedField(credentials) : "Credentials";
  if (!field) return credentials;
  throw new AgentRolesError(
    `${request.subject}: the answer is not from AWS STS: its ${field} is missing or malformed`,
    {
      code: "InvalidAnswer",
      retryable: true,
      ...(request.hop && { hop: request.hop }),
      fix: "Check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS and the proxy variables. If they are right, check this machine's clock.",
    },
  );
}
