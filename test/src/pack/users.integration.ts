import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { profileClients } from "../harness/clients.ts";
import { REPOSITORY } from "../harness/repository.ts";
import { planOf } from "../harness/terraform-plan.ts";
import { npmEnv, npmInstall, tarball } from "./packed.ts";

type Env = Readonly<Record<string, string>>;

const clients = await profileClients();

/** What four people do outside this repository, with the packages that are published, in one sandbox. */
let root: string;
let tools: string;
let repository: string;
let user: Env;
let deployer: Env;
let agent: Env;
let sandbox: { readonly stop: () => Promise<unknown> } | undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "agent-roles-users-"));
  tools = join(root, "tools");
  repository = join(root, "repository");
  await mkdir(repository);
  const env = await npmEnv(join(root, "home"));
  user = { ...env, AWS_REGION: "us-east-1", PATH: [join(tools, "node_modules/.bin"), env["PATH"]].join(delimiter) };
  await npmInstall(tools, [tarball("agent-roles")], env);
});
afterAll(async () => {
  await sandbox?.stop();
  await rm(root, { recursive: true, force: true });
});

async function agentRoles(args: readonly string[], env: Env = user) {
  const { exitCode, stdout, stderr } = await execa("agent-roles", [...args], {
    cwd: repository,
    env,
    extendEnv: false,
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

/** `agent-roles sandbox` for the accounts of the manifest. @returns the variables that it prints. */
async function startSandbox(): Promise<Env> {
  const args = ["sandbox", "--manifest", "agent-roles.yaml", "--json"];
  const running = execa("agent-roles", args, { cwd: repository, env: user, extendEnv: false, reject: false });
  sandbox = {
    stop: async () => {
      running.kill("SIGTERM");
      return running;
    },
  };
  const printed = await new Promise<string>((resolve, reject) => {
    let text = "";
    running.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.trimEnd().endsWith("}")) resolve(text);
    });
    void running.then(({ stderr }) => reject(new Error(stderr)));
  });
  return JSON.parse(printed);
}

const read = (page: string): Promise<string> => readFile(join(REPOSITORY, page), "utf8");

/** The blocks of commands of a page. */
async function commandsOf(page: string): Promise<readonly string[]> {
  return [...(await read(page)).matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = ""]) => block);
}

/** `npx` finds what is installed in `tools` instead of npm's registry. */
const NPX =
  'npx() { while :; do case "$1" in -p) shift 2;; --yes) shift;; *) break;; esac; done; "${1%@0.1.0}" "${@:2}"; }';
const aws = clients.find(({ name }) => name === "AWS CLI")?.missing === undefined ? "" : "aws() { :; }";

function shell(commands: string, env: Env, cwd = repository) {
  return execa("bash", ["-euc", `${NPX}\n${aws}\n${commands}`], { cwd, env, extendEnv: false, all: true });
}

describe("a platform engineer with three accounts", () => {
  it("checks templates with the command alone, and learns what deploys and how to write a manifest", async () => {
    const template = `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: "*", Action: sts:AssumeRole } }
`;
    await mkdir(join(repository, "templates"));
    await writeFile(join(repository, "templates/open.yaml"), template);
    const check = await agentRoles(["check", "templates", "--exclude", "*.json"]);
    expect(check).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("templates/open.yaml:2") });
    expect((await agentRoles(["deploy"])).stderr).toContain("npx -p agent-roles -p @agent-roles/infra");
    await npmInstall(tools, [tarball("infra"), tarball("runtime")], user);
    expect(await agentRoles(["deploy"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("agent-roles init"),
    });
  });

  it("gets from an empty directory to a profile for each account with the commands of docs/get-started.md", async () => {
    const [init = "", ...later] = await commandsOf("docs/get-started.md");
    await shell(init, user);
    deployer = { ...user, ...(await startSandbox()) };
    const { stdout, stderr } = await shell(later.join("\n"), deployer);
    expect(stderr).toMatch(
      /^Next: agent-roles run --env-file cdk.out.* AWS_MASTER_ROLE_ARN=arn:.*role\/agent-roles-master\/agent-master$/m,
    );
    expect(stdout).toContain("3 deployed");
    expect(stdout).toMatch(/prod +123456789014 +agent-roles\/agent-read +- +read +fresh/);
    expect(stdout.includes("assumed-role/agent-read/agent-roles") || aws !== "").toBe(true);
    agent = { ...deployer, AWS_MASTER_ROLE_ARN: "arn:aws:iam::123456789012:role/agent-roles-master/agent-master" };
  });

  it("gives every AWS client the profiles", async () => {
    for (const { arn, missing } of clients) {
      if (missing !== undefined) continue;
      expect(await arn("prod", agent)).toBe("arn:aws:sts::123456789014:assumed-role/agent-read/agent-roles");
    }
  });
});

/** What the workflow of `init` runs. */
function synth(directory: string) {
  const env = { ...user, CDK_OUTDIR: directory };
  return execa("agent-roles-infra", { cwd: repository, env, extendEnv: false, reject: false });
}

describe("a security engineer's CI", () => {
  it("writes the templates without AWS and finds nothing that fails", async () => {
    await synth("base");
    expect(await agentRoles(["check", "base", "--format", "github"])).toMatchObject({ exitCode: 0 });
    const { stdout } = await agentRoles(["check", "base", "--format", "sarif"]);
    expect(JSON.parse(stdout)).toMatchObject({ version: "2.1.0" });
  });

  it("fails a change that lets another company in, and shows the new access", async () => {
    const file = join(repository, "agent-roles.yaml");
    const manifest = await readFile(file, "utf8");
    const trust = '  trustedBy:\n    - account: "999999999999"\n';
    await writeFile(file, manifest.replace("  trustedBy:\n", trust));
    await synth("change");
    const options = ["change", "--against", "base", "--fail-on", "medium"];
    const { exitCode, stdout } = await agentRoles(["check", ...options, "--format", "markdown"]);
    await writeFile(file, manifest);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("999999999999");
  });
});

/**
 * Runs the blocks of a page in order: blocks that name a file, in their first line or beside their language, are written to it, `sh`
 * blocks and the steps of a workflow are run. npm and terraform need their registries and are replaced.
 *
 * @returns what the commands printed, and the lines of the blocks without a language, which show output.
 */
async function runPage(file: string): Promise<{ readonly printed: string; readonly shown: readonly string[] }> {
  const text = await read(join("docs", file));
  const shown: string[] = [];
  const plan = join(root, "plan.json");
  const stubs = `npm() { :; }; terraform() { if [ "$1" = show ]; then cat '${plan}'; fi; }`;
  let printed = "";
  for (const [, language, beside, block = ""] of text.matchAll(/^```(\w*)(?: (\S+))?\n([^]*?)^```/gm)) {
    const name = beside ?? /^(?:\/\/|#) (\S+\.\w+)\n/.exec(block)?.[1];
    const steps = [...block.matchAll(/^ +- run: (.*)/gm)].map(([, step]) => step).join("\n");
    const commands = language === "sh" ? block : steps;
    if (language === "") shown.push(...block.trimEnd().split("\n"));
    else if (name !== undefined) await writeFile(join(repository, name), block);
    else if (commands !== "") printed += (await shell(`${stubs}\n${commands}`, agent)).all;
  }
  return { printed, shown };
}

/** A coding agent: it starts its MCP server, which ends with its input, and does nothing else. */
const CLAUDE =
  '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = -- ] && shift && [ "$1" = npx ] && shift && exec "$@" </dev/null; shift; done\n';

describe("the pages in docs/", () => {
  beforeAll(async () => {
    await symlink(join(tools, "node_modules"), join(repository, "node_modules"));
    await writeFile(join(tools, "node_modules/.bin/claude"), CLAUDE, { mode: 0o755 });
    const { stdout } = await agentRoles(["template", "--account", "prod", "--format", "terraform"]);
    await writeFile(join(root, "plan.json"), planOf(JSON.parse(stdout)));
  });

  it.for([
    "agents-javascript.md",
    "agents-python.md",
    "operations.md",
    "github-actions.md",
    "coming-from.md",
    "terraform.md",
    "coding-agents.md",
    "tasks.md",
    "many-accounts.md",
  ])("docs/%s: the commands work and print what the page shows", async (file, { skip }) => {
    const unavailable = clients.find(({ missing }) => missing !== undefined)?.missing;
    skip(unavailable !== undefined && file !== "agents-javascript.md", unavailable);
    const { printed, shown } = await runPage(file);
    const missing = shown.filter((line) => !printed.includes(line));
    expect(missing, printed).toEqual([]);
  });

  it("README.md: the first commands work in an empty directory", async () => {
    const directory = join(root, "first");
    await mkdir(directory);
    const [first = ""] = await commandsOf("README.md");
    const { exitCode } = await shell(first.replace(" run ", " run --once "), agent, directory);
    expect(exitCode).toBe(0);
  });
});
