import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { agentRoles } from "./harness/agent-roles.ts";
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

describe.each(pages)("%s", (page) => {
  it("links to what exists", async () => {
    const links = [...(await read(page)).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = ""]) => link);
    const missing: string[] = [];
    for (const link of links) {
      const found = await stat(resolve(REPOSITORY, dirname(page), link)).catch(() => undefined);
      if (!found) missing.push(link);
    }
    expect(missing).toEqual([]);
  });

  it("names scripts and commands that exist", async () => {
    const { scripts } = JSON.parse(await read("package.json"));
    const named = blocks(await read(page), "sh").flatMap((block) =>
      [...block.matchAll(/pnpm(?:@12)? (?!exec|install)([\w:-]+)(?: (\w[\w-]*))?/g)].map(
        ([, script = "", first = ""]) => ({ script, first }),
      ),
    );
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
    const commands = named.filter(({ script }) => script === "agent-roles").map(({ first }) => first);
    for (const command of new Set(commands)) {
      expect(await agentRoles([command, "--help"], {})).toMatchObject({ exitCode: 0 });
    }
  });

  it("has TypeScript that compiles", async () => {
    const examples = blocks(await read(page), "ts");
    if (examples.length === 0) return;
    // A package knows itself by name; what stands elsewhere sees what the tests see.
    const home = /^(packages|infra|examples)\//.test(page) ? dirname(page) : "test";
    const folder = join(REPOSITORY, home, "dist/.docs", page.replaceAll("/", "-"));
    await mkdir(folder, { recursive: true });
    try {
      await Promise.all(examples.map((example, index) => writeFile(join(folder, `example-${index}.ts`), example)));
      const options = {
        noEmit: true,
        composite: false,
        isolatedDeclarations: false,
        noUnusedLocals: false,
        rootDir: "/",
      };
      const extendsFile = join(REPOSITORY, "tsconfig.base.json");
      await writeFile(
        join(folder, "tsconfig.json"),
        JSON.stringify({ extends: extendsFile, compilerOptions: options }),
      );
      const compiled = await execa(join(REPOSITORY, "node_modules/.bin/tsc"), ["-p", folder], { reject: false });
      expect(compiled.stdout).toBe("");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("README.md", () => {
  it("is short enough to read", async () => {
    expect((await read("README.md")).split("\n").length).toBeLessThan(150);
  });

  it("shows the values that agent-roles.yaml gives", async () => {
    const { stdout: values } = await agentRoles(["env", "--manifest", join(REPOSITORY, "agent-roles.yaml")], {});
    for (const line of values.split("\n").filter((value) => /^AWS_ROLE_[12]=/.test(value))) {
      expect(await read("README.md")).toContain(line);
    }
  });
});
