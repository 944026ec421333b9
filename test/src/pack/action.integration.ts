import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { agentRoles } from "../harness/in-process.ts";
import { cleanEnv } from "../harness/clean-env.ts";
import { CLI, REPOSITORY } from "../harness/repository.ts";

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly run: string; readonly env: Readonly<Record<string, string>> }[];
  };
}

const action: Action = parse(await readFile(join(REPOSITORY, "action.yml"), "utf8"));
const { version } = JSON.parse(await readFile(join(REPOSITORY, "packages/cli/package.json"), "utf8"));

/** A role that one principal can assume, and a role that any principal can assume. */
const template = (principal: string, names = ["Role"]): string =>
  JSON.stringify({
    Resources: Object.fromEntries(
      names.map((name) => [
        name,
        {
          Type: "AWS::IAM::Role",
          Properties: {
            RoleName: name,
            AssumeRolePolicyDocument: {
              Version: "2012-10-17",
              Statement: [{ Effect: "Allow", Principal: { AWS: principal }, Action: "sts:AssumeRole" }],
            },
          },
        },
      ]),
    ),
  });
const OWN = "arn:aws:iam::123456789012:role/ci";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "agent-roles-action-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Ran {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly summary: string;
  /** The working directory. */
  readonly directory: string;
}

interface RunOptions {
  readonly manifest?: string;
  /** The templates in `open`. */
  readonly open?: string;
  /** In addition to the runner's. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the steps as a runner does, in a new directory with two sets of templates. */
async function run(
  inputs: Readonly<Record<string, string>>,
  { manifest, open = template("*"), env }: RunOptions = {},
): Promise<Ran> {
  const directory = await mkdtemp(join(root, "run-"));
  await Promise.all(["open", "closed"].map((name) => mkdir(join(directory, name))));
  await writeFile(join(directory, "open/a.template.json"), open);
  await writeFile(join(directory, "closed/a.template.json"), template(OWN));
  if (manifest !== undefined) await writeFile(join(directory, "agent-roles.yaml"), manifest);
  const summary = join(await mkdtemp(join(root, "runner-")), "summary");
  await writeFile(summary, "before\n");
  const value = (text: string): string =>
    text.replace(
      /\$\{\{ inputs\.([\w-]+) \}\}/g,
      (_, name: string) => inputs[name] ?? action.inputs[name]?.default ?? "",
    );
  const results: { exitCode?: number; stdout: string; stderr: string }[] = [];
  for (const step of action.runs.steps) {
    const script = join(summary, "../script.sh");
    await writeFile(script, step.run);
    const result = await execa("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", script], {
      cwd: directory,
      extendEnv: false,
      reject: false,
      env: {
        ...cleanEnv(directory),
        GITHUB_ACTION_PATH: REPOSITORY,
        GITHUB_STEP_SUMMARY: summary,
        RUNNER_TEMP: join(summary, ".."),
        ...Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, value(text)])),
        ...env,
      },
    });
    results.push(result);
  }
  const [{ exitCode, stdout, stderr } = { stdout: "", stderr: "" }] = results;
  return {
    ...(exitCode !== undefined && { exitCode }),
    stdout,
    stderr,
    directory,
    summary: await readFile(summary, "utf8"),
  };
}

it("fails for a finding, with annotations, the table of what changed in the summary, and SARIF", async () => {
  const ran = await run({
    path: "open",
    against: "closed",
    "own-accounts": "123456789012, 123456789013",
    sarif: "out.sarif",
  });
  expect(ran).toMatchObject({ exitCode: 1, stderr: "" });
  expect(ran.stdout).toMatch(/^::error file=open\/a\.template\.json,line=\d+/m);
  expect(ran.summary).toMatch(/^before\n### ❌ agent-roles check[^]*Who can assume what[^]*new/);
  const { runs } = JSON.parse(await readFile(join(ran.directory, "out.sarif"), "utf8"));
  expect(runs[0].results.length).toBeGreaterThan(0);
});

it("ends a summary that GitHub would refuse at the end of a row, and says so", async () => {
  const names = Array.from({ length: 4_000 }, (_, index) => `Role${index}`);
  const { exitCode, summary } = await run({ path: "open" }, { open: template("*", names) });
  expect(exitCode).toBe(1);
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
  expect(summary).toMatch(/ \|\n\nThe rest does not fit into a summary: .*\n$/);
});

it("passes without a finding, and writes SARIF only where asked", async () => {
  const closed = await run({ path: "closed", "own-accounts": "123456789012" });
  expect(closed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(closed.summary).toContain("✅");
  expect(await readdir(closed.directory)).toEqual(["closed", "open"]);
});

it("leaves suppressed findings out of the SARIF, and lists them in the summary", async () => {
  const manifest = `master: { account: "123456789012", roleName: agent, trustedBy: [{ service: lambda }] }
roles: [{ profile: Role, account: "123456789012", roleName: Role, managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }]
trust:
  suppressions: [{ id: wildcard-principal, role: "arn:aws:iam::123456789012:role/Role", reason: A test }]
`;
  const { summary, directory } = await run(
    { path: "open", sarif: "out.sarif", "own-accounts": "123456789012" },
    { manifest },
  );
  expect(summary).toMatch(/1 suppressed[^]*wildcard-principal[^]*A test/);
  const sarif = await readFile(join(directory, "out.sarif"), "utf8");
  expect(JSON.parse(sarif).runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).not.toContain(
    "wildcard-principal",
  );
});

const INPUTS = Object.keys(action.inputs).filter((name) => name !== "working-directory");
const HOSTILE =
  "--help $(touch pwned)`touch pwned`\"; touch pwned; '; touch pwned #\n* touch pwned\n& touch pwned | touch pwned > pwned\n::error::forged\n##[error]forged ${{ github.token }}";

it.each([
  ["refuses", 2, (text: string) => Object.fromEntries(INPUTS.map((name) => [name, text]))],
  ["takes as a file name", 0, (text: string) => ({ path: "closed", sarif: text.replaceAll("/", "") })],
])("%s what a shell, an option parser or the runner would run", async (_, code, inputs) => {
  const ran = await run(inputs(HOSTILE));
  expect(ran.exitCode).toBe(code);
  expect(await readdir(ran.directory)).not.toContain("pwned");
  expect(`${ran.stdout}\n${ran.stderr}`).not.toMatch(/^(::error::|##\[error\])forged|Usage: /m);
});

it("passes inputs as variables, never as a part of the script", () => {
  for (const { run: script } of action.runs.steps) expect(script).not.toContain("${{");
});

it("installs the package of its own version where nothing is built, outside the directory of the change", async () => {
  const checkout = join(root, "checkout");
  await mkdir(join(checkout, "packages/cli"), { recursive: true });
  await cp(join(REPOSITORY, "packages/cli/package.json"), join(checkout, "packages/cli/package.json"));
  const bin = join(root, "bin");
  await mkdir(bin);
  const log = join(root, "npm.log");
  await writeFile(
    join(bin, "npm"),
    `#!/bin/sh\nprintf '%s\\n' "$PWD" "$@" > '${log}'\nmkdir -p node_modules\nln -s '${join(CLI, "../..")}' node_modules/agent-roles\n`,
    { mode: 0o755 },
  );
  const PATH = [bin, process.env["PATH"]].join(delimiter);
  const ran = await run(
    { path: "closed", "own-accounts": "123456789012" },
    { env: { GITHUB_ACTION_PATH: checkout, PATH } },
  );
  expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
  const [directory = "", ...args] = (await readFile(log, "utf8")).trim().split("\n");
  expect(args).toContain(`agent-roles@${version}`);
  expect(args).toContain("--ignore-scripts");
  expect(directory.startsWith(ran.directory)).toBe(false);
});

it("writes what docs/ci.md says, with the commands of the page", async () => {
  const page = await readFile(join(REPOSITORY, "docs/ci.md"), "utf8");
  const commands = [...page.matchAll(/npx --yes agent-roles@(\S+) (check .*?) > (\S+)/g)];
  expect(commands).toHaveLength(5);
  const directory = await mkdtemp(join(root, "page-"));
  for (const name of ["cdk.out", "base/cdk.out"]) await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, "cdk.out/a.template.json"), template("*"));
  await writeFile(join(directory, "base/cdk.out/a.template.json"), template(OWN));
  const starts: Readonly<Record<string, string>> = { xml: "<?xml", sarif: "{", json: "{", md: "### ❌" };
  const unique = new Map(commands.map(([, release = "", command = "", file = ""]) => [command, { release, file }]));
  await Promise.all(
    [...unique].map(async ([command, { release, file }]) => {
      expect(release).toBe(version);
      const { exitCode, stdout } = await agentRoles(command.split(" "), cleanEnv(directory), { cwd: directory });
      expect({ exitCode, start: stdout.startsWith(starts[file.replace(/.*\./, "")] ?? "?") }).toEqual({
        exitCode: 1,
        start: true,
      });
    }),
  );
});

it("describes each input of the action in docs/ci.md with its default", async () => {
  const page = await readFile(join(REPOSITORY, "docs/ci.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([\w-]+)` +\| (?:`(.*?)`)? *\|/gm)].map(([, name, value = ""]) => [name, value]);
  expect(rows).toEqual(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
});

it("offers pre-commit a hook of the same version, with options that check takes", async () => {
  const [hook] = parse(await readFile(join(REPOSITORY, ".pre-commit-hooks.yaml"), "utf8"));
  expect(hook.entry).toBe(`npx --yes agent-roles@${version} check`);
  expect(hook).toMatchObject({ language: "system", pass_filenames: false });
});
