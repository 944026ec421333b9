import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "./trust-files.test-helper.ts";

const ARN = "arn:aws:iam::123456789012:role/agent";

const TRUST = {
  AssumeRolePolicyDocument: {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  },
};

const ON_WINDOWS = process.platform === "win32";

let directory: string;
const before = process.cwd();
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-input-"));
  const files: Record<string, string> = {
    "broken.json": '{ "Resources": {\n  "Role": { "Type": "AWS::IAM::Role" \n} }',
    "broken.yaml": "Resources:\n  Role: [\n",
    "empty.json": "",
    "other.json": '{ "name": "package" }',
    "list.json": "[1, 2]",
    "binary.json": "\u0000\uFFFD\u0001",
    "cyclic.json": JSON.stringify({
      Resources: {
        Role: { Type: "AWS::IAM::Role", Properties: { RoleName: { "Fn::GetAtt": ["Other", "Arn"] } } },
        Other: { Type: "AWS::IAM::Role", Properties: { RoleName: { "Fn::GetAtt": ["Role", "Arn"] } } },
      },
    }),
    "open.json": JSON.stringify({ Resources: { Role: { Type: "AWS::IAM::Role", Properties: { RoleName: "agent" } } } }),
    "role.json": JSON.stringify({
      Resources: { Role: { Type: "AWS::IAM::Role", Properties: { RoleName: "agent", ...TRUST } } },
    }),
    "request.json": '{ "caller": { "arn": "x" } }',
    "manifest.yaml": "master: {}\n",
    "expect.yaml": "expect: [{ from: me }]\n",
    "wrong.env": "AWS_ROLE_1=foo\n",
    "endless/manifest.json": JSON.stringify({
      artifacts: { A: { type: "cdk:cloud-assembly", properties: { directoryName: "." } } },
    }),
    "none/readme.txt": "no template",
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(directory, name, ".."), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  await writeFile(join(directory, "binary.json"), Buffer.from([0, 0xff, 0xfe, 1]));
  await mkdir(join(directory, "void"));
  // Not even root can read this one.
  await symlink("loop.json", join(directory, "loop.json"));
  await writeFile(join(directory, "sparse.json"), "");
  await truncate(join(directory, "sparse.json"), 2 ** 31);
  await symlink("/dev/zero", join(directory, "zero.json"));
  if (!ON_WINDOWS) execFileSync("mkfifo", [join(directory, "pipe.json")]);
  // Messages show names as they are given: below the working directory.
  process.chdir(directory);
});
afterAll(async () => {
  process.chdir(before);
  await rm(directory, { recursive: true, force: true });
});

const COMMANDS: readonly (readonly string[])[] = [["check"], ["explain", "--from", ARN, "--to", ARN], ["graph"]];

describe.each(COMMANDS.map((argv) => [argv[0], argv] as const))("agent-roles %s", (_, command) => {
  it.each([
    ["a file that is not JSON", ["broken.json"], "broken.json:3:4: it is not JSON", "correct the syntax"],
    ["a file that is not YAML", ["broken.yaml"], "broken.yaml:3:1: it is neither", "correct the syntax"],
    ["an empty file", ["empty.json"], "empty.json: it is empty", "name a template"],
    [
      "a file that is no policy",
      ["other.json"],
      "other.json: it is not a CloudFormation template",
      "name one of these",
    ],
    ["a list", ["list.json"], "list.json: it is not a CloudFormation template", "name one of these"],
    ["a file that is not text", ["binary.json"], "binary.json: it is not UTF-8 text", "name a text file"],
    ["circular references", ["cyclic.json"], "cyclic.json", "Role"],
    ["a role without a trust policy", ["open.json"], "open.json:1: Role: ", "add AssumeRolePolicyDocument"],
    ["an assembly that contains itself", ["endless"], "levels deep", "look for one that contains itself"],
    ["a file that cannot be read", ["loop.json"], "loop.json: it cannot be read (ELOOP)", "make it readable"],
    ["a missing file", ["missing.json"], "missing.json: there is no such file or directory", "name a template"],
    ["no cdk.out", [], "cdk.out: there is no such file or directory", "agent-roles-infra"],
    ["a directory without templates", ["none"], "none: the directory has no template", "such as cdk.out"],
    ["an empty directory", ["void"], "void: the directory has no template", "such as cdk.out"],
    ["several at once", ["broken.json", "other.json"], "broken.json:3:4", "other.json: it is not"],
    ["a manifest that is none", ["role.json", "--manifest", "manifest.yaml"], "manifest.yaml:1:1", "roles: is missing"],
    ["a missing manifest", ["role.json", "--manifest", "no.yaml"], "no.yaml: there is no such file", "create it"],
    ["a missing env file", ["role.json", "--env-file", "no.env"], "no.env: ENOENT", "no such file"],
    [
      "an env file with a mistake",
      ["role.json", "--env-file", "wrong.env"],
      'AWS_ROLE_1: "foo"',
      "expected arn:aws:iam",
    ],
    ["an unknown flag", ["role.json", "--frob"], "unknown option '--frob'", "--help"],
    ["a profile without --live", ["role.json", "--profile", "P"], "--profile", "Add --live"],
  ])("ends %s with 2, the place and the fix", async (__, argv, place, fix) => {
    expect(read(await cli([...command, ...argv]), place, fix)).toEqual(TROUBLE);
  });
});

it.each([
  ["check", ["check", "role.json", "--format", "xml"], '--format "xml"', "sarif"],
  ["check", ["check", "role.json", "--expect", "expect.yaml"], "expect.yaml:1:18: expect[0].from", "write"],
  ["check", ["check", "role.json", "--against", "none"], "none: the directory has no template", "such as cdk.out"],
  ["graph", ["graph", "role.json", "--format", "png"], '--format "png"', "svg"],
  ["explain", ["explain", "role.json"], "--from and --to are required", "Add --from ARN"],
  ["explain", ["explain", "--request", "request.json"], "request.json: role is missing", "fix: Write"],
  ["explain", ["explain", "--request", "empty.json"], "empty.json: is not JSON", "empty.json"],
  ["explain", ["explain", "--request", "sparse.json"], "--request sparse.json: ", "is larger than"],
  ["explain", ["explain", "--request", "void"], "--request void: is neither a file nor a pipe", "void"],
  ["explain", ["explain", "--request", "loop.json"], "--request loop.json: ELOOP", "loop.json"],
  ["env", ["env", "--manifest", "sparse.json"], "sparse.json: it has more than", "name a smaller file"],
  ["explain", ["explain", "--request", "no.json"], "--request no.json: ENOENT", "no such file"],
  [
    "explain",
    ["explain", "--from", "me", "--to", `${ARN}s`, "role.json"],
    `--to ${ARN}s: no such role in role.json`,
    "fix: Use one of",
  ],
])("agent-roles %s ends %j with 2", endsWith2);

it.skipIf(ON_WINDOWS).each([
  ["explain", ["explain", "--request", "pipe.json"], "--request pipe.json: is an empty pipe", "write a file"],
  ["explain", ["explain", "--request", "zero.json"], "--request zero.json: is neither a file nor a pipe", "zero.json"],
  ["check", ["check", "role.json", "--manifest", "pipe.json"], "pipe.json: it is not a regular file", "name a regular"],
  ["check", ["check", "role.json", "--expect", "zero.json"], "zero.json: it is not a regular file", "name a regular"],
])("agent-roles %s ends %j with 2", endsWith2);

async function endsWith2(_: string, argv: readonly string[], place: string, fix: string): Promise<void> {
  expect(read(await cli(argv), place, fix)).toEqual(TROUBLE);
}

const TROUBLE = { code: 2, out: "", place: true, fix: true, trace: false };

function read({ code, out, err }: Awaited<ReturnType<typeof cli>>, place: string, fix: string): object {
  // What does not hold is shown with what was said.
  const has = (text: string): true | string => err.includes(text) || err;
  return { code, out, place: has(place), fix: has(fix), trace: /^\s+at /m.test(err) };
}
