import { GetScopedCredentialsCommand } from "@aws-sdk/client-sts";
import type { Clock } from "../clock.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import type { RoleRequest } from "../session/role-request.ts";
import { checkedCredentials } from "./assume-role.ts";
import { type StsConfig, stsClient } from "./sts-client.ts";
import { stsError } from "./sts-error.ts";

export interface ScopedRequest extends Pick<RoleRequest, "role" | "subject"> {
  /** Without blanks. */
  readonly policy?: string;
  readonly durationSeconds: number;
}

/**
 * Narrows a session: the same ARN, name, tags and source identity, with fewer permissions, a shorter life, or both.
 *
 * @param config - of the session that is narrowed, in a Region.
 * @returns `undefined` where STS does not have the action, or does not allow it to the session.
 * @throws {AgentRolesError} with a code, `retryable` and the fix.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetScopedCredentials.html
 */
export async function callGetScopedCredentials(
  config: StsConfig,
  { role, subject, policy, durationSeconds }: ScopedRequest,
  clock: Clock,
): Promise<SessionCredentials | undefined> {
  const command = new GetScopedCredentialsCommand({
    DurationSeconds: durationSeconds,
    ...(policy !== undefined && { Policy: policy }),
  });
  try {
    const { Credentials } = await stsClient(config).send(command);
    return checkedCredentials(Credentials, { role, subject }, new Date(clock.now()));
  } catch (error) {
    if (error instanceof Error && isUnavailable(error)) return undefined;
    throw stsError(error, { subject }, ({ name }) => {
      if (/^(MalformedPolicyDocument|PackedPolicyTooLarge|ValidationError)/.test(name)) {
        return {
          code: "InvalidRequest",
          fix: "Correct the policy: fewer statements and characters, or the element that STS names.",
        };
      }
      if (/^(InsufficientSessionLifetime|InvalidSubjectCredentials|ExpiredToken|InvalidClientTokenId)/.test(name)) {
        return { code: "TaskEnded", fix: "The session that is narrowed has ended or was revoked. Open a new task." };
      }
      return undefined;
    });
  }
}

/** STS of some partitions and emulators does not know the action, and AWS does not document who needs a permission to call it. */
function isUnavailable({ name, message }: Error): boolean {
  return (
    /^(InvalidAction|UnknownOperation|UnknownAction|NotImplemented|UnsupportedOperation|AccessDenied)/.test(name) ||
    /not (yet )?(been )?implemented/i.test(message)
  );
}
