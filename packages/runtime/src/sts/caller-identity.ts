import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { type StsConfig, stsClient } from "./sts-client.ts";
import { stsError } from "./sts-error.ts";

/** Who AWS takes a caller for. */
export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
}

/**
 * Asks STS who the caller is; needs no permission.
 *
 * @param subject - the caller, for the message of a failure.
 * @param hop - `master` where the failure concerns every role.
 * @throws {AgentRolesError} with a code, `retryable` and the fix.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function callerIdentity(config: StsConfig, subject: string, hop?: "master"): Promise<CallerIdentity> {
  const client = stsClient(config);
  try {
    const { Account = "", Arn = "" } = await client.send(new GetCallerIdentityCommand({}));
    return { accountId: Account, arn: Arn };
  } catch (error) {
    throw stsError(error, { subject, ...(hop && { hop }) });
  } finally {
    // A shared handler belongs to the caller.
    if (!config.requestHandler) client.destroy();
  }
}
