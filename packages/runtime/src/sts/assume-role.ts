import { AssumeRoleCommand, type STSClient } from "@aws-sdk/client-sts";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { Clock } from "../clock.ts";
import type { RoleEnv } from "../role-env/index.ts";
import type { SessionCredentials } from "../session-credentials.ts";
import type { RoleRequest } from "./role-request.ts";
import { assumeRoleError } from "./sts-error.ts";

/**
 * Assumes one role.
 *
 * @param accept - whether credentials that another process got will do; without it, the ones that are not due.
 * @throws {AgentRolesError} with a code, `retryable` and the fix.
 */
export type AssumeRole = (
  request: RoleRequest,
  accept?: (credentials: SessionCredentials) => boolean,
) => Promise<SessionCredentials>;

/** What every session of this process carries. */
export type SessionShape = Pick<RoleEnv, "roleSessionName" | "sourceIdentity" | "sessionTags">;

/** Names the sessions in CloudTrail when nobody names them. */
const DEFAULT_SESSION_NAME = "agent-roles";

/**
 * Assumes roles through STS.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function stsAssumeRole(client: STSClient, shape: SessionShape, clock: Clock): AssumeRole {
  const { roleSessionName = DEFAULT_SESSION_NAME, sourceIdentity, sessionTags = {} } = shape;
  const tags = Object.entries(sessionTags).map(([Key, Value]) => ({ Key, Value }));
  return async (request) => {
    const command = new AssumeRoleCommand({
      RoleArn: request.role.arn,
      RoleSessionName: roleSessionName,
      ExternalId: request.externalId,
      DurationSeconds: request.durationSeconds,
      PolicyArns: request.sessionPolicyArns?.map((arn) => ({ arn })),
      SourceIdentity: sourceIdentity,
      ...(tags.length > 0 && { Tags: tags }),
    });
    const { Credentials } = await client.send(command).catch((error: unknown) => {
      throw assumeRoleError(error, request);
    });
    if (
      !Credentials?.AccessKeyId ||
      !Credentials.SecretAccessKey ||
      !Credentials.SessionToken ||
      !Credentials.Expiration
    ) {
      const fix = "check that AWS_ENDPOINT_URL points at STS";
      throw new AgentRolesError(`${request.subject}: the answer holds no credentials`, { code: "Unknown", fix });
    }
    return {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
      expiration: Credentials.Expiration,
      accountId: request.role.accountId,
      // Not before the answer, which may have told that this machine's clock is wrong.
      issuedAt: new Date(clock.now()),
    };
  };
}
