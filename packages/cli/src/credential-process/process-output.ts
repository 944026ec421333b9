import { safeOutput } from "@agent-roles/runtime/role-env";
import type { AgentRolesError, SessionCredentials } from "@agent-roles/runtime";

/**
 * A session in the JSON that SDKs read from a process; they compare its expiration with this machine's clock.
 *
 * @param clockOffsetMs - how far AWS's time is ahead of that clock.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function credentialsJson(session: SessionCredentials, clockOffsetMs = 0): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = session;
  return JSON.stringify({
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiration.getTime() - clockOffsetMs).toISOString(),
    AccountId: accountId,
  });
}

/** A failure on one line, because SDKs copy it into their own messages. */
export function failureLine({ code, message, fix }: Pick<AgentRolesError, "code" | "message" | "fix">): string {
  return safeOutput(`agent-roles: ${code}: ${message}; fix: ${fix}`.replaceAll(/\s*\n\s*/g, "; "));
}
