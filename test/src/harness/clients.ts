import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";
import { join } from "node:path";
import { execa } from "execa";
import { REPOSITORY } from "./repository.ts";

type Env = Readonly<Record<string, string>>;

/** An AWS client that this project did not write, asked who a profile is. */
export interface ProfileClient {
  readonly name: string;
  /** Why it is not on this machine; left out when it is. */
  readonly missing?: string;
  /** The caller's ARN. */
  readonly arn: (profile: string, env: Env) => Promise<string>;
}

const BOTO3 =
  "import boto3, sys; print(boto3.Session(profile_name=sys.argv[1]).client('sts').get_caller_identity()['Arn'])";

/** The AWS CLI, boto3 and the JavaScript SDK, with what is missing on this machine marked. */
export async function profileClients(): Promise<readonly ProfileClient[]> {
  const [aws, boto3] = await installed;
  return [
    {
      name: "AWS CLI",
      ...(!aws && { missing: "aws is not on the PATH" }),
      arn: (profile, env) =>
        output("aws", ["sts", "get-caller-identity", "--query", "Arn", "--output", "text", "--profile", profile], env),
    },
    {
      name: "boto3",
      ...(!boto3 && { missing: "python3 has no boto3" }),
      arn: (profile, env) => output("python3", ["-c", BOTO3, profile], env),
    },
    { name: "JavaScript SDK", arn: sdkArn },
  ];
}

/** Asks through the JavaScript SDK's own reader of the shared files. */
export async function sdkArn(profile: string, env: Env): Promise<string> {
  const credentials = fromIni({
    profile,
    filepath: env["AWS_SHARED_CREDENTIALS_FILE"] ?? "",
    configFilepath: env["AWS_CONFIG_FILE"] ?? "",
    ignoreCache: true,
  });
  const endpoint = env["AWS_ENDPOINT_URL"];
  const client = new STSClient({
    region: env["AWS_REGION"] ?? "us-east-1",
    credentials,
    ...(endpoint && { endpoint }),
  });
  try {
    return (await client.send(new GetCallerIdentityCommand({}))).Arn ?? "";
  } finally {
    client.destroy();
  }
}

/** What a command prints in an environment of its own, in a directory where Node finds the SDK. */
export async function output(command: string, args: readonly string[], env: Env): Promise<string> {
  const options = { env: { ...env, AWS_PAGER: "" }, extendEnv: false, cwd: join(REPOSITORY, "test"), timeout: 60_000 };
  return (await execa(command, args, options)).stdout.trim();
}

/** Whether `aws` and Python's boto3 are on this machine; looked up once for all files. */
export const installed: Promise<[boolean, boolean]> = Promise.all([
  works("aws", ["--version"]),
  works("python3", ["-c", "import boto3"]),
]);

export async function works(command: string, args: readonly string[]): Promise<boolean> {
  return (await execa(command, args, { reject: false })).exitCode === 0;
}
