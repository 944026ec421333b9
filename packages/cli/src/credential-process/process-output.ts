import { safeOutput } from "../escape-control-characters.ts";
import type { AgentRolesError, SessionCredentials } from "@agent-roles/runtime";

/**
 * A session in the JSON that SDKs read from a process.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function credentialsJson(session: SessionCredentials): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = session;
  return JSON.stringify({
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expiration.toISOString(),
    AccountId: accountId,
  });
}

/** A failure on one line, because SDKs copy it into their own messages. */
export function failureLine({ code, message, fix }: Pick<AgentRolesError, "code" | "message" | "fix">): string {
  return safeOutput(`agent-roles: ${code}: ${message}; fix: ${fix}`.replaceAll(/\s*\n\s*/g, "; "));
}
