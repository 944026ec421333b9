import { parseArn } from "@agent-roles/iam";
import { deployRoleArn, type Manifest } from "@agent-roles/manifest";
import { InfraError } from "../infra-error.ts";
import { deployFailure } from "./deploy-failure.ts";

type Credentials = () => Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}>;

/** The session that deploys. */
export interface CallingSession {
  readonly account: string;
  /** Credentials of the account's deploy role, or in the session's own account those of the session. */
  readonly credentialsIn: (account: string) => Credentials;
}

/**
 * Asks AWS who deploys, before any account is touched: missing or expired credentials concern every account, and are reported once.
 *
 * @throws {InfraError} `SessionUnusable` or `WrongPartition`
 */
export async function callingSession(manifest: Manifest, region: string): Promise<CallingSession> {
  const { fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const { credentialProvider } = await baseConfig();
  const ambient: Credentials = async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await credentialProvider();
    const lifetime = { ...(sessionToken !== undefined && { sessionToken }), ...(expiration && { expiration }) };
    return { accessKeyId, secretAccessKey, ...lifetime };
  };
  const sts = new STSClient({ region, credentials: ambient });
  const { Account: account = "", Arn: arn = "" } = await sts.send(new GetCallerIdentityCommand({})).catch((error) => {
    throw unusable(manifest, error);
  });
  sts.destroy();
  const partition = parseArn(arn)?.partition;
  if (partition !== manifest.partition) {
    const message = `${arn} is in partition ${partition}, the manifest in ${manifest.partition}`;
    const fix = `Use credentials of partition ${manifest.partition}, or set partition in the manifest.`;
    throw new InfraError("WrongPartition", [{ path: "credentials", message, fix }]);
  }
  return {
    account,
    credentialsIn: (id) =>
      id === account
        ? ambient
        : fromTemporaryCredentials({
            params: { RoleArn: deployRoleArn(manifest, id), RoleSessionName: "agent-roles" },
            clientConfig: { region },
            masterCredentials: ambient,
          }),
  };
}

/** Credentials and Region as the AWS CLI and the CDK find them. */
export async function baseConfig(): ReturnType<
  import("@aws-cdk/toolkit-lib").IBaseCredentialsProvider["sdkBaseConfig"]
> {
  const { BaseCredentials } = await import("@aws-cdk/toolkit-lib");
  const silent = {
    notify: async () => undefined,
    requestResponse: async <T>(message: { readonly defaultResponse: T }) => message.defaultResponse,
  };
  return BaseCredentials.awsCliCompatible().sdkBaseConfig(silent, {});
}

function unusable(manifest: Manifest, error: unknown): InfraError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const { message, fix } = deployFailure(reason, deployRoleArn(manifest, "<account>"), "agent-roles");
  return new InfraError("SessionUnusable", [{ path: "credentials", message, fix }]);
}
