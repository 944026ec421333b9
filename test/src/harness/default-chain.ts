import { stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { goProgram, PROGRAMS } from "./built-program.ts";
import { installed, output, works } from "./clients.ts";

type Env = Readonly<Record<string, string>>;

/** An AWS client that this project did not write, with the credentials that it finds by itself. */
export interface ChainClient {
  readonly name: string;
  /** Why it is not on this machine; left out when it is. */
  readonly missing?: string;
  /** The caller's ARN. @throws when the client finds no credentials, or AWS refuses them. */
  readonly arn: (env: Env) => Promise<string>;
}

const BOTO3 = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])";

const JAVASCRIPT =
  "import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'; console.log((await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn)";

/** The AWS CLI, boto3, the JavaScript SDK and the Go SDK, with what is missing on this machine marked. */
export async function chainClients(): Promise<readonly ChainClient[]> {
  const [[aws, boto3], go] = await Promise.all([installed, missingGo()]);
  return [
    {
      name: "AWS CLI",
      ...(!aws && { missing: "aws is not on the PATH" }),
      arn: (env) => output("aws", ["sts", "get-caller-identity", "--query", "Arn", "--output", "text"], env),
    },
    {
      name: "boto3",
      ...(!boto3 && { missing: "python3 has no boto3" }),
      arn: (env) => output("python3", ["-c", BOTO3], env),
    },
    {
      name: "JavaScript SDK",
      arn: (env) => output(process.execPath, ["--input-type=module", "-e", JAVASCRIPT], env),
    },
    go
      ? { name: "Go SDK", missing: go, arn: () => Promise.reject(new Error(go)) }
      : { name: "Go SDK", arn: await goClient() },
  ];
}

async function missingGo(): Promise<string | undefined> {
  if (!(await works("go", ["version"]))) return "go is not on the PATH";
  const hasSource = await stat(join(PROGRAMS, "go/main.go")).catch(() => undefined);
  return hasSource ? undefined : "test/clients/go is missing";
}

/** Go's client prints a line for each call until its input ends. */
async function goClient(): Promise<ChainClient["arn"]> {
  const program = await goProgram();
  return async (env) => {
    const client = execa(program, ["sdk", "0"], { env, extendEnv: false, stdin: "pipe" });
    client.stdout.once("data", () => client.stdin.end());
    return (await client).stdout.split("\n")[0]?.split(" ")[1] ?? "";
  };
}
