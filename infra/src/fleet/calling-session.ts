import { parseArn } from "@agent-roles/iam";
import { deployRoleArn, type Manifest } from "@agent-roles/manifest";
import { InfraError } from "../infra-error.ts";
import { deployFailure } from "./deploy-failure.ts";
import type { FleetOptions } from "./fleet-options.ts";

/**
 * Configuration of an SDK client for an account: credentials of the account's deploy role, or in the own account of the session that
 * deploys those of the session where it cannot assume the role. All clients share their connections, so none of them is destroyed.
 */
export interface ClientIn {
  (account: string): ClientConfig;
  /** ARN of the calling session. */
  readonly callerArn: string;
}

type ClientConfig = Required<Pick<import("@aws-sdk/client-sts").STSClientConfig, "requestHandler">> & {
  readonly region: string;
  readonly credentials: Credentials;
  readonly retryMode: "adaptive";
  readonly maxAttempts: number;
};

type Credentials = () => Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}>;

/**
 * Asks AWS who deploys, before any account is touched: missing or expired credentials concern every account, and are reported once.
 *
 * @throws {InfraError} `SessionUnusable` or `WrongPartition`
 */
export async function callingSession(
  manifest: Manifest,
  { region, requestHandler }: Pick<FleetOptions, "region" | "requestHandler">,
): Promise<ClientIn> {
  const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
  const { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const handler = requestHandler && { requestHandler };
  const ambient = fromNodeProviderChain({ clientConfig: { region, ...handler } });
  const retries = { retryMode: "adaptive", maxAttempts: 5 } as const;
  const sts = new STSClient({ region, credentials: ambient, ...handler, ...retries });
  const { Account: own = "", Arn: arn = "" } = await sts.send(new GetCallerIdentityCommand({})).catch((error) => {
    throw unusable(manifest, error);
  });
  const partition = parseArn(arn)?.partition;
  if (partition !== manifest.partition) {
    const message = `${arn} is in partition ${partition}, the manifest in ${manifest.partition}`;
    const fix = `Use credentials of partition ${manifest.partition}, or set partition in the manifest.`;
    throw new InfraError("WrongPartition", [{ path: "credentials", message, fix }]);
  }
  const assumed = async (account: string): ReturnType<Credentials> => {
    const request = { RoleArn: deployRoleArn(manifest, account), RoleSessionName: "agent-roles" };
    const { Credentials: issued } = await sts.send(new AssumeRoleCommand(request));
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "", Expiration } = issued ?? {};
    const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    return { ...keys, ...(Expiration && { expiration: Expiration }) };
  };
  const clientIn = (account: string): ClientConfig => ({
    region,
    credentials: () =>
      assumed(account).catch((error: unknown) => {
        if (account !== own) throw error;
        return ambient();
      }),
    requestHandler: sts.config.requestHandler,
    ...retries,
  });
  return Object.assign(clientIn, { callerArn: arn });
}

function unusable(manifest: Manifest, error: unknown): InfraError {
  const { message, fix } = deployFailure(error, deployRoleArn(manifest, "<account>"), "agent-roles");
  return new InfraError("SessionUnusable", [{ path: "credentials", message, fix }]);
}
