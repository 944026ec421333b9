import { createAgentRoles } from "@agent-roles/runtime";
import { AssumeRoleCommand, GetScopedCredentialsCommand, STSClient } from "@aws-sdk/client-sts";
import process from "node:process";
import { elapsedMs, median } from "../harness/measure.ts";
import { manyRoles, roleArn } from "../harness/sts.ts";

// Prints the median milliseconds of narrowing a session so many times: `ours`, or by the SDK's client alone.
const [, , how = "", calls = ""] = process.argv;
const Policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::my-bucket/*" }],
});

async function ours(): Promise<() => Promise<unknown>> {
  const task = createAgentRoles({ env: { ...process.env, ...manyRoles(1) } }).task({ id: "INC-42" });
  await task.credentials("Profile0")();
  return () => task.scoped("Profile0", { policy: Policy, ttlSeconds: 300 });
}

async function bareSdk(): Promise<() => Promise<unknown>> {
  const { Credentials } = await new STSClient({}).send(
    new AssumeRoleCommand({ RoleArn: roleArn(0), RoleSessionName: "INC-42" }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? "",
    secretAccessKey: Credentials?.SecretAccessKey ?? "",
    sessionToken: Credentials?.SessionToken ?? "",
  };
  const client = new STSClient({ credentials });
  return () => client.send(new GetScopedCredentialsCommand({ Policy, DurationSeconds: 300 }));
}

const open = { ours, bareSdk }[how];
if (!open) throw new Error(`"${how}" is no way to narrow a session`);
const narrow = await open();
// The first calls meet code that V8 has not compiled.
for (let call = 0; call < 3; call += 1) await narrow();
const times: number[] = [];
for (let call = 0; call < Number(calls); call += 1) times.push(await elapsedMs(narrow));
process.stdout.write(`${median(times)}\n`);
process.exit();
