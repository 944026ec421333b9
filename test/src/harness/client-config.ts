import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

/** What an SDK client needs to act as an environment that is not this process's own. */
export interface ClientConfig {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: Keys;
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export function clientConfig(env: Readonly<Record<string, string>>): ClientConfig {
  const { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  const sessionToken = env["AWS_SESSION_TOKEN"];
  const credentials =
    accessKeyId && secretAccessKey
      ? { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
      : undefined;
  return {
    region: env["AWS_REGION"] ?? "us-east-1",
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  };
}

/** Assumes a role in plain SDK calls, without anything of this project. */
export async function assume(config: ClientConfig, roleArn: string, roleSessionName: string): Promise<Required<Keys>> {
  const client = new STSClient(config);
  try {
    const { Credentials } = await client.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: roleSessionName }),
    );
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  } finally {
    client.destroy();
  }
}
