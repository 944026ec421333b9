import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import pLimit from "p-limit";

// What somebody writes who has the templates and checks nothing. Prints how many stacks were created.
const [, , directory = "", concurrency = "", deployRole = ""] = process.argv;
const names = (await readdir(directory)).filter((name) => name.endsWith(".template.json"));
const limit = pLimit(Number(concurrency));
const created = await Promise.all(names.map((name) => limit(() => deploy(name).catch(() => false))));
process.stdout.write(`${created.filter(Boolean).length}\n`);

async function deploy(name: string): Promise<boolean> {
  const StackName = name.replace(".template.json", "");
  const RoleArn = `arn:aws:iam::${/\d{12}/.exec(name)?.[0]}:role/${deployRole}`;
  const credentials = fromTemporaryCredentials({ params: { RoleArn, RoleSessionName: "bare" } });
  const client = new CloudFormationClient({ credentials });
  const status = async (): Promise<string | undefined> =>
    (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus;
  try {
    const exists = await status().catch((error: unknown) => {
      if (error instanceof Error && error.name === "ValidationError") return undefined;
      throw error;
    });
    if (exists !== undefined) return true;
    const TemplateBody = await readFile(join(directory, name), "utf8");
    await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ["CAPABILITY_NAMED_IAM"] }));
    for (;;) {
      const now = await status();
      if (now?.endsWith("_IN_PROGRESS") !== true) return now === "CREATE_COMPLETE";
      await setTimeout(2000);
    }
  } finally {
    client.destroy();
  }
}
