import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import pLimit from "p-limit";

// The calls that a new stack needs, by somebody who has the templates and checks nothing: AssumeRole, CreateStack, DescribeStacks.
// Prints how many stacks were created.
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
  try {
    const TemplateBody = await readFile(join(directory, name), "utf8");
    await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ["CAPABILITY_NAMED_IAM"] }));
    for (;;) {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      const [{ StackStatus = "" } = {}] = Stacks;
      if (!StackStatus.endsWith("_IN_PROGRESS")) return StackStatus === "CREATE_COMPLETE";
      await setTimeout(2000);
    }
  } finally {
    client.destroy();
  }
}
