import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";

// Calls again and again until standard input ends; fails at the first call that fails.
process.stdin.on("close", () => process.exit()).resume();
const { AWS_PROFILE: profile = "" } = process.env;
const client = new STSClient({ credentials: fromIni({ profile }) });
for (;;) {
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  process.stdout.write(`${(await client.config.credentials()).accessKeyId} ${Arn}\n`);
  await setTimeout(250);
}
