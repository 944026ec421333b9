import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Finished } from "./harness/agent-roles.ts";
import { agentRoles } from "./harness/in-process.ts";
import { REPOSITORY } from "./harness/repository.ts";

const read = (file: string): Promise<string> => readFile(join(REPOSITORY, file), "utf8");
const { stdout } = await execa("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: REPOSITORY,
});
const pages = stdout.split("\n").filter(Boolean);

/** The fenced blocks of one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n([^]*?)^ *\`\`\``, "gm"))].map(([, body = ""]) => body);
}

/** A command in a block or in a sentence, and its words up to the program that it starts, a comment or the end of the code. */
const COMMAND = /\bagent-roles(?:@[\d.]+)? ([a-z][a-z-]+)((?: +(?!-- |#)[^\s`|>;)]+)*)/g;

const helpTexts = new Map<string, Promise<Finished>>();

/** `agent-roles <command> --help`, once for all pages. */
function helpOf(command: string): Promise<Finished> {
  const help = helpTexts.get(command) ?? agentRoles([command, "--help"], {});
  helpTexts.set(command, help);
  return help;
}

/** Where the examples of a page are compiled. A package resolves itself by name; other pages see what the tests see. */
function exampleDirectory(page: string): string {
  const home = /^(packages|infra|examples)\//.test(page) ? dirname(page) : "test";
  return join(home, "dist/.docs", page.replaceAll("/", "-"));
}

let compilation: Promise<readonly string[]> | undefined;

/** Compiles the examples of all pages in one run. @returns the compiler's lines; each names its file, or is about all. */
function compilerErrors(): Promise<readonly string[]> {
  compilation ??= (async () => {
    const project = join(REPOSITORY, "test/dist/.docs");
    const directories = pages.map((page) => join(REPOSITORY, exampleDirectory(page)));
    try {
      for (const [index, page] of pages.entries()) {
        const directory = directories[index] ?? "";
        await mkdir(directory, { recursive: true });
        const examples = blocks(await read(page), "ts");
        await Promise.all(examples.map((example, each) => writeFile(join(directory, `example-${each}.ts`), example)));
      }
      const compilerOptions = {
        noEmit: true,
        composite: false,
        isolatedDeclarations: false,
        noUnusedLocals: false,
        rootDir: "/",
      };
      const tsconfig = {
        extends: join(REPOSITORY, "tsconfig.base.json"),
        compilerOptions,
        include: directories.map((directory) => join(directory, "*.ts")),
      };
      await writeFile(join(project, "tsconfig.json"), JSON.stringify(tsconfig));
      const tsc = join(REPOSITORY, "node_modules/.bin/tsc");
      const compiled = await execa(tsc, ["-p", project, "--pretty", "false"], { cwd: REPOSITORY, reject: false });
      const lines = compiled.stdout.split("\n").filter(Boolean);
      if (compiled.exitCode !== 0 && !lines.some((line) => line.includes("/.docs/"))) throw new Error(compiled.stdout);
      return lines;
    } finally {
      await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
    }
  })();
  return compilation;
}

describe.each(pages)("%s", (page) => {
  it("links only to files that exist", async () => {
    const links = [...(await read(page)).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) => link);
    const missing: string[] = [];
    for (const link of links) {
      const found = await stat(resolve(REPOSITORY, dirname(page), link)).catch(() => undefined);
      if (!found) missing.push(link);
    }
    expect(missing).toEqual([]);
  });

  it("names scripts, commands and options that exist", async () => {
    const { scripts } = JSON.parse(await read("package.json"));
    const text = (await read(page)).replaceAll(/\\\n\s*/g, " ");
    const named = blocks(text, "sh").flatMap((block) => [...block.matchAll(/pnpm(?:@12)? (?!exec|install)([\w:-]+)/g)]);
    expect(named.map(([, script = ""]) => script).filter((script) => !(script in scripts))).toEqual([]);
    for (const [, command = "", words = ""] of text.matchAll(COMMAND)) {
      const { exitCode, stdout: help } = await helpOf(command);
      expect({ command, exitCode }).toEqual({ command, exitCode: 0 });
      for (const [option] of words.matchAll(/(?<= )--[a-z][\w-]*/g)) expect(help, command).toContain(option);
    }
  });

  it("shows TypeScript that compiles", async () => {
    const errors = (await compilerErrors()).filter((line) => line.includes(`/${exampleDirectory(page)}/`));
    expect(errors).toEqual([]);
  });
});

/** A directory in which `agent-roles init` has run. */
async function initialized(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-init-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const words = "init --master 123456789012 --trusted-by account:123456789012 --account dev=123456789013".split(" ");
  expect(await agentRoles(words, {}, { cwd: directory })).toMatchObject({ exitCode: 0 });
  return directory;
}

describe("docs/github-actions.md", () => {
  it("commits the values in a repository that init prepared", async () => {
    const cwd = await initialized();
    const page = await read("docs/github-actions.md");
    const file = /^npx agent-roles env > (.+)$/m.exec(page)?.[1] ?? "";
    const { stdout: values } = await agentRoles(["env"], {}, { cwd });
    await writeFile(join(cwd, file), values);
    await execa("git", ["init", "--quiet"], { cwd });
    const [git = "", ...words] = (/`(git add .*?)`/.exec(page)?.[1] ?? "").split(" ");
    await execa(git, words, { cwd });
    expect((await execa("git", ["diff", "--cached", "--name-only"], { cwd })).stdout).toBe(file);
  });
});

describe("docs/ci.md", () => {
  it("synthesizes as the workflow that init writes", async () => {
    const directory = await initialized();
    const workflow = await readFile(join(directory, ".github/workflows/agent-roles.yml"), "utf8");
    const [synth = "no synth"] = /^ +rm -rf cdk\.out\n[^]*?\n +fi\n/m.exec(workflow) ?? [];
    expect(await read("docs/ci.md")).toContain(synth);
  });
});

describe("docs/trust-check.md", () => {
  it("shows what the commands print", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "agent-roles-check-"));
    onTestFinished(() => rm(cwd, { recursive: true, force: true }));
    const synth = async (manifest: string): Promise<void> => {
      await writeFile(join(cwd, "agent-roles.yaml"), manifest);
      // Without the CDK's own rules, which take seconds. It writes the templates and fails for findings.
      const options = { cwd, env: { CDK_VALIDATION: "false" }, reject: false };
      await execa(process.execPath, [join(REPOSITORY, "infra/dist/main.js")], options);
    };
    const manifest = await read("agent-roles.yaml");
    await synth(manifest);
    await rename(join(cwd, "cdk.out"), join(cwd, "base"));
    const trusted = '    - account: "123456789012"\n';
    const withCi = manifest.replace(trusted, `${trusted}    - principal: arn:aws:iam::123456789014:role/ci\n`);
    await synth(withCi.replace(/\n +externalId: .*/, ""));
    const page = await read("docs/trust-check.md");
    for (const example of blocks(page, "yaml")) {
      const [, file] = /^# (\S+\.yaml)\n/.exec(example) ?? [];
      if (file !== undefined) await writeFile(join(cwd, file), example);
    }
    for (const block of blocks(page, "console")) {
      const [command = "", ...lines] = block.trimEnd().split("\n");
      const { stdout: printed } = await agentRoles(command.split(" ").slice(2), {}, { cwd });
      expect(
        lines.filter((line) => line !== "…" && !printed.includes(line)),
        printed,
      ).toEqual([]);
    }
  });
});

describe("README.md", () => {
  it("README has fewer than 150 lines", async () => {
    expect((await read("README.md")).split("\n").length).toBeLessThan(150);
  });

  it("shows the values that agent-roles.yaml gives", async () => {
    const { stdout: values } = await agentRoles(["env", "--manifest", join(REPOSITORY, "agent-roles.yaml")], {});
    for (const line of values.split("\n").filter((value) => /^AWS_ROLE_[12]=/.test(value))) {
      expect(await read("README.md")).toContain(line);
    }
  });
});
