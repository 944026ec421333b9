import { createAgentRoles } from "@agent-roles/runtime";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import pLimit from "p-limit";
import process from "node:process";
import { elapsedMs } from "../harness/measure.ts";
import { CONCURRENCY, manyRoles, roleArn } from "../harness/sts.ts";

// Prints the milliseconds until as many roles are assumed, modules loaded: `ours`, by the SDK's client alone, or by its own role provider.
const [, , how = "", roles = ""] = process.argv;
const RoleSessionName = "agent-roles";

async function ours(): Promise<void> {
  const profiles = await createAgentRoles({ env: { ...process.env, ...manyRoles(Number(roles)) } }).assumeAll();
  const missing = profiles.find(({ status }) => status !== "fresh");
  if (missing) throw new Error(`${missing.profile} is ${missing.status}: ${missing.failure?.message}`);
}

async function each(assume: (RoleArn: string) => Promise<string | undefined>): Promise<void> {
  await pLimit(CONCURRENCY).map(
    Array.from({ length: Number(roles) }, (_, index) => roleArn(index)),
    async (arn) => {
      if (!(await assume(arn))) throw new Error(`no credentials for ${arn}`);
    },
  );
}

function bareSdk(): Promise<void> {
  const client = new STSClient({});
  return each(async (RoleArn) => {
    return (await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }))).Credentials?.SessionToken;
  });
}

function temporary(): Promise<void> {
  return each(
    async (RoleArn) => (await fromTemporaryCredentials({ params: { RoleArn, RoleSessionName } })()).sessionToken,
  );
}

const work = { ours, bareSdk, temporary }[how];
if (!work) throw new Error(`"${how}" is no way to assume roles`);
process.stdout.write(`${await elapsedMs(work)}\n`);
