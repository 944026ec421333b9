import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadManifest, manifestJsonSchema } from "@agent-roles/manifest";
import { afterEach, beforeEach, expect, it } from "vitest";
import { captureCli } from "../capture-cli.test-helper.ts";

const MASTER = ["--master", "111111111111"];
const ACCOUNTS = ["--account", "dev=222222222222", "--account", "prod=333333333333"];
const GITHUB = ["--trusted-by", "github:octo/agents"];

const before = process.cwd();
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-init-"));
  process.chdir(directory);
});
afterEach(async () => {
  process.chdir(before);
  await rm(directory, { recursive: true, force: true });
});

function cli(argv: readonly string[], ask?: (question: string) => Promise<string>) {
  return captureCli(argv, ask && { ask });
}

it("writes a manifest with a role in each account, and what deploys and checks it", async () => {
  const { code, err } = await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { master, roles } = await loadManifest("agent-roles.yaml");
  expect(master.account).toBe("111111111111");
  expect(roles.map(({ profile, account }) => [profile, account])).toEqual([
    ["dev", "222222222222"],
    ["prod", "333333333333"],
  ]);
  expect(JSON.parse(await readFile("agent-roles.schema.json", "utf8"))).toEqual(manifestJsonSchema());
  expect(JSON.parse(await readFile("cdk.json", "utf8")).app).toMatch(/^npx .*@agent-roles\/infra@\d/);
  expect(await readFile(".github/workflows/agent-roles.yml", "utf8")).toContain("uses: agent-roles/agent-roles@");
});

it("compares a pull request with its base, which has no roles the first time", async () => {
  await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS]);
  const workflow = await readFile(".github/workflows/agent-roles.yml", "utf8");
  const scripts = [...workflow.matchAll(/working-directory: (?:change|base)\n +run: \|\n([^]*?)\n {6}- /g)];
  const [script, another] = scripts.map(([, text = ""]) => text);
  expect(script).toBe(another);
  const against = /against: .*'\.\.\/(base\/.*?)'/.exec(workflow)?.[1] ?? "";
  await mkdir("temp");
  await mkdir("base");
  const env = { ...process.env, RUNNER_TEMP: join(directory, "temp") };
  /** The step, with a synth that ends as given. */
  const run = (synth: string): void =>
    void execFileSync("bash", ["-ec", `npx() { ${synth}; }\n${script}`], { cwd: "base", stdio: "pipe", env });

  run("exit 9");
  await mkdir("cdk.out");
  const trust = {
    Statement: { Effect: "Allow", Principal: { AWS: "arn:aws:iam::111111111111:role/ci" }, Action: "sts:AssumeRole" },
  };
  const role = { Type: "AWS::IAM::Role", Properties: { RoleName: "R", AssumeRolePolicyDocument: trust } };
  await writeFile("cdk.out/a.template.json", JSON.stringify({ Resources: { Role: role } }));
  const { code, out } = await cli(["check", "cdk.out", "--against", against, "--no-manifest"]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("1 new") });

  // The change has templates of its own, and node_modules: neither counts.
  await writeFile("base/agent-roles.yaml", "");
  run(
    '[ "$PWD" = "$RUNNER_TEMP" ] && cat "$AGENT_ROLES_MANIFEST" && mkdir "$CDK_OUTDIR" && echo > "$CDK_OUTDIR/manifest.json" && return 1',
  );
  expect(await readdir(against)).toEqual(["manifest.json"]);
  expect(() => run("return 1")).toThrow("Command failed");
});

it("names a schema that is in the same directory", async () => {
  await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS]);
  const [line = ""] = (await readFile("agent-roles.yaml", "utf8")).split("\n");
  const [, schema = ""] = /^# yaml-language-server: \$schema=\.\/(.+)$/.exec(line) ?? [];
  expect(await readdir(".")).toContain(schema);
  expect(`${(await cli(["schema"])).out}\n`).toBe(await readFile(schema, "utf8"));
});

it.each([
  ["account:111111111111", { account: "111111111111" }],
  ["principal:arn:aws:iam::111111111111:role/ci/runner", { principal: "arn:aws:iam::111111111111:role/ci/runner" }],
  ["service:ecs-tasks", { service: "ecs-tasks" }],
  [
    "pod-identity:arn:aws:eks:eu-central-1:111111111111:cluster/agents/team-a/bot",
    {
      podIdentity: {
        clusterArn: "arn:aws:eks:eu-central-1:111111111111:cluster/agents",
        namespace: "team-a",
        serviceAccount: "bot",
      },
    },
  ],
  [
    "github:octo/agents.js",
    {
      oidc: {
        provider: "token.actions.githubusercontent.com",
        audience: "sts.amazonaws.com",
        subjects: ["repo:octo/agents.js:ref:refs/heads/main"],
        create: true,
      },
    },
  ],
])("trusts %s", async (text, expected) => {
  const { err } = await cli(["init", ...MASTER, "--trusted-by", text, ...ACCOUNTS]);
  expect(err).toBe("");
  expect((await loadManifest("agent-roles.yaml")).master.trustedBy).toEqual([expected]);
});

it("names the line that trusts one role, where it trusts an account", async () => {
  await cli(["init", ...MASTER, "--trusted-by", "account:111111111111", ...ACCOUNTS]);
  expect(await readFile("agent-roles.yaml", "utf8")).toMatch(
    /# .*- principal: <its ARN>\n {4}- account: "111111111111"/,
  );
});

it("writes settings to uncomment that the manifest accepts", async () => {
  await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS]);
  const text = await readFile("agent-roles.yaml", "utf8");
  const settings = [
    "# attribution: required\n",
    "# attribution:\n#   sessionTags: [^\n]*\n#   sourceIdentities: [^\n]*\n",
  ];
  for (const setting of settings) {
    const [found = ""] = new RegExp(setting, "u").exec(text) ?? [];
    expect(found).not.toBe("");
    await writeFile("agent-roles.yaml", text.replace(found, found.replaceAll(/^# /gmu, "")));
    expect(await loadManifest("agent-roles.yaml")).toHaveProperty("attribution");
  }
});

it("writes a manifest of another partition", async () => {
  const china = ["--partition", "aws-cn", "--trusted-by", "principal:arn:aws-cn:iam::111111111111:role/agent"];
  expect(await cli(["init", ...MASTER, ...china, ...ACCOUNTS])).toMatchObject({ code: 0, err: "" });
  expect((await loadManifest("agent-roles.yaml")).partition).toBe("aws-cn");
});

it.each([
  ["--master", ["--master", "11111111111", ...GITHUB, ...ACCOUNTS], "twelve digits"],
  ["--master", [...GITHUB, ...ACCOUNTS], "--master is missing"],
  ["--trusted-by", [...MASTER, ...ACCOUNTS], "--trusted-by is missing"],
  ["--trusted-by", [...MASTER, "--trusted-by", "github:octo", ...ACCOUNTS], "github:OWNER/REPO"],
  ["--trusted-by", [...MASTER, "--trusted-by", "github:octo/agents/main", ...ACCOUNTS], "github:OWNER/REPO"],
  ["--trusted-by", [...MASTER, "--trusted-by", "account:1111", ...ACCOUNTS], "account:ID"],
  ["--trusted-by", [...MASTER, "--trusted-by", "service:lamda", ...ACCOUNTS], 'did you mean "lambda"'],
  [
    "--trusted-by",
    [...MASTER, "--trusted-by", "principal:arn:aws-cn:iam::111111111111:role/a", ...ACCOUNTS],
    "Add --partition aws-cn",
  ],
  [
    "--trusted-by",
    [...MASTER, "--trusted-by", 'service:ec2"\n    - account: "444444444444', ...ACCOUNTS],
    "service:NAME",
  ],
  ["--account", [...MASTER, ...GITHUB], "--account is missing"],
  ["--account", [...MASTER, ...GITHUB, "--account", "222222222222"], "Write alias=ID"],
  ["--account", [...MASTER, ...GITHUB, "--account", "dev=22222222222"], "Write alias=ID"],
  ["--account dev=333333333333", [...MASTER, ...GITHUB, ...ACCOUNTS, "--account", "dev=333333333333"], "fix: "],
  ["--account default=222222222222", [...MASTER, ...GITHUB, "--account", "default=222222222222"], "reserve this one"],
  ["--account all=222222222222", [...MASTER, ...GITHUB, "--account", "all=222222222222"], "not all"],
  ["--partition aws-mars", [...MASTER, ...GITHUB, ...ACCOUNTS, "--partition", "aws-mars"], "fix: "],
])("refuses a wrong %s of %j and writes nothing", async (option, argv, fix) => {
  const { code, err } = await cli(["init", ...argv]);
  expect(code).toBe(2);
  expect(err).toContain(option);
  expect(err).toContain(fix);
  expect(await readdir(".")).toEqual([]);
});

it("reports a missing --trusted-by once", async () => {
  const { err } = await cli(["init", ...MASTER, ...ACCOUNTS]);
  expect(err.match(/^error: .*/gm)).toEqual(["error: --trusted-by is missing"]);
});

it("warns below the root of a repository, where GitHub runs no workflow", async () => {
  await mkdir(".git");
  const root = process.cwd();
  expect(await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS])).toMatchObject({ code: 0, err: "" });
  await mkdir("team/agents", { recursive: true });
  process.chdir("team/agents");
  const { code, err } = await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS]);
  expect({ code, err }).toEqual({
    code: 0,
    err: expect.stringContaining(`warning: GitHub runs workflows of ${root} only\n  fix: Move `),
  });
});

it("keeps the files of other tools, and says so", async () => {
  await writeFile("cdk.json", "{}");
  await symlink("elsewhere", "agent-roles.schema.json");
  const { code, out, err } = await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS]);
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringContaining("wrote agent-roles.yaml, .github/workflows/"),
  });
  expect(err).toMatch(
    /kept agent-roles\.schema\.json, which exists; [^]*kept cdk\.json, which exists; --force replaces it/,
  );
  expect(await readFile("cdk.json", "utf8")).toBe("{}");
  expect(await readdir(".")).not.toContain("elsewhere");
});

it.each([
  [".github/workflows", "a file where a directory is needed", "", undefined],
  [".gitignore", "a directory", undefined, ".gitignore"],
  ["agent-roles.yaml", "a directory", undefined, "agent-roles.yaml"],
])("names %s, which is %s, and writes no manifest", async (path, _, text, directoryName) => {
  await mkdir(directoryName ?? ".github");
  if (text !== undefined) await writeFile(path, text);
  const { code, err } = await cli(["init", "--force", ...MASTER, ...GITHUB, ...ACCOUNTS]);
  expect(code).toBe(2);
  expect(err).toMatch(new RegExp(`^error: ${path}.*\\n  fix: Start init in a directory`));
  await expect(readFile("agent-roles.yaml")).rejects.toThrow(/ENOENT|EISDIR/);
});

it("adds a line that ends as the others of .gitignore", async () => {
  await writeFile(".gitignore", "node_modules\r\ndist/");
  await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS]);
  expect(await readFile(".gitignore", "utf8")).toBe("node_modules\r\ndist/\r\ncdk.out/\r\n");
});

it("reports all mistakes and an existing manifest at once", async () => {
  await writeFile("cdk.json", "{}");
  await writeFile("agent-roles.yaml", "mine");
  const { code, err } = await cli(["init", "--master", "1", "--trusted-by", "me", "--account", "dev=2"]);
  expect(code).toBe(2);
  expect(err.match(/^error: \S+/gm)).toEqual([
    "error: --master",
    "error: --trusted-by",
    "error: --account",
    "error: agent-roles.yaml",
  ]);
  expect((await readdir(".")).toSorted()).toEqual(["agent-roles.yaml", "cdk.json"]);
});

it("reports a wrong alias once", async () => {
  const accounts = ["dev=222222222222", "dev=333333333333", "a b=444444444444", "default=555555555555"];
  const { err } = await cli(["init", ...MASTER, ...GITHUB, ...accounts.flatMap((each) => ["--account", each])]);
  expect(err.match(/^error: --account [^:]+/gm)).toEqual([
    "error: --account dev=333333333333",
    "error: --account a b=444444444444",
    "error: --account default=555555555555",
  ]);
});

it("replaces existing files only with --force, and adds cdk.out/ to .gitignore once", async () => {
  await writeFile("agent-roles.yaml", "mine");
  await writeFile(".gitignore", "node_modules");
  expect(await cli(["init", ...MASTER, ...GITHUB, ...ACCOUNTS])).toMatchObject({ code: 2 });
  expect(await readFile("agent-roles.yaml", "utf8")).toBe("mine");
  for (const _ of ["first", "second"]) {
    expect(await cli(["init", "--force", ...MASTER, ...GITHUB, ...ACCOUNTS])).toMatchObject({ code: 0 });
  }
  expect((await loadManifest("agent-roles.yaml")).roles).toHaveLength(2);
  expect(await readFile(".gitignore", "utf8")).toBe("node_modules\ncdk.out/\n");
});

it("asks on a terminal for what the options leave out", async () => {
  const asked: string[] = [];
  const answers = ["account:111111111111, service:ec2", "dev=222222222222 prod=333333333333"];
  const { code } = await cli(["init", ...MASTER], async (question) => {
    asked.push(question);
    return answers[asked.length - 1] ?? "";
  });
  expect(code).toBe(0);
  expect(asked).toEqual([expect.stringContaining("Who can assume"), expect.stringContaining("alias=ID")]);
  const { master, roles } = await loadManifest("agent-roles.yaml");
  expect(master.trustedBy).toHaveLength(2);
  expect(roles).toHaveLength(2);
});
