import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { agentRoles } from "../harness/agent-roles.ts";
import { cleanEnv } from "../harness/clean-env.ts";
import { CLI } from "../harness/repository.ts";

const ROLE = {
  Type: "AWS::IAM::Role",
  Properties: {
    RoleName: "agent",
    AssumeRolePolicyDocument: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
    },
  },
};

let directory: string;
let hook: string;
let loaded: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-modules-"));
  loaded = join(directory, "loaded.txt");
  hook = join(directory, "register.mjs");
  await writeFile(join(directory, "template.json"), JSON.stringify({ Resources: { Role: ROLE } }));
  const open = { ...ROLE.Properties.AssumeRolePolicyDocument.Statement[0], Principal: "*" };
  await writeFile(join(directory, "open.json"), JSON.stringify({ Version: "2012-10-17", Statement: [open] }));
  // Node passes every imported module to this loader.
  await writeFile(
    join(directory, "loader.mjs"),
    `import { appendFileSync } from "node:fs";
    export const load = (url, context, next) => {
      appendFileSync(${JSON.stringify(loaded)}, url + "\\n");
      return next(url, context);
    };`,
  );
  await writeFile(hook, 'import { register } from "node:module"; register("./loader.mjs", import.meta.url);');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The modules that a command imports. */
async function modulesOf(...argv: readonly string[]): Promise<readonly string[]> {
  await writeFile(loaded, "");
  const nodeOptions = ["--import", hook];
  const env = { ...cleanEnv(directory), AWS_EC2_METADATA_DISABLED: "true" };
  const { exitCode, stderr } = await agentRoles(argv, env, { cwd: directory, nodeOptions });
  expect(exitCode, stderr).toBe(argv.includes("--live") ? 2 : 0);
  return (await readFile(loaded, "utf8")).split("\n").filter((url) => url !== "");
}

const SDK = /@(?:aws-sdk|smithy)[/+]/;

it.each([
  ["check", ["check", "template.json"]],
  [
    "explain",
    ["explain", "template.json", "--from", "lambda.amazonaws.com", "--to", "arn:aws:iam::${AWS.AccountId}:role/agent"],
  ],
  ["graph", ["graph", "template.json", "--format", "svg"]],
])("%s reads templates without loading the AWS SDK", async (_, argv) => {
  const modules = await modulesOf(...argv);
  expect(modules.some((url) => url.includes("roles-from-templates"))).toBe(true);
  expect(modules.filter((url) => SDK.test(url))).toEqual([]);
});

it("check loads the AWS SDK for --live", async () => {
  const modules = await modulesOf("check", "--live");
  expect(modules.some((url) => url.includes("client-iam"))).toBe(true);
});

it("ends a check that fails with 1, also when the reader of its output has left", async () => {
  const check = execa(process.execPath, ["--", CLI, "check", "open.json", "--no-manifest"], {
    cwd: directory,
    env: cleanEnv(directory),
    extendEnv: false,
    reject: false,
  });
  check.stdout.destroy();
  expect((await check).exitCode).toBe(1);
});
