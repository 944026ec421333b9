import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { execa } from "execa";
import { publint } from "publint";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REPOSITORY } from "./harness/repository.ts";

/** What others import; the command is published besides, and has no types. */
const LIBRARIES = ["packages/runtime", "packages/trust", "packages/manifest", "packages/sandbox", "infra"];
const RUNTIME = join(REPOSITORY, "packages/runtime");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-roles-packages-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const packed = new Map<string, Promise<string>>();

/** The tarball that would be published. */
function pack(directory: string): Promise<string> {
  const tarball = packed.get(directory) ?? npmPack(directory);
  packed.set(directory, tarball);
  return tarball;
}

async function npmPack(directory: string): Promise<string> {
  const { stdout } = await execa("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: join(REPOSITORY, directory),
  });
  const [{ filename }] = JSON.parse(stdout);
  return join(folder, filename);
}

describe.each([...LIBRARIES, "packages/cli"])("%s", (directory) => {
  it("is packed as publint wants it", async () => {
    const tarball = await readFile(await pack(directory));
    const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
    const { messages } = await publint({ pack: { tarball: data }, strict: true });
    expect(messages).toEqual([]);
  });
});

it("ships no compiled code in the command's package", async () => {
  const { stdout } = await execa("tar", ["-tzf", await pack("packages/cli")]);
  const kinds = new Set(stdout.split("\n").map((file) => /\.[^./]+$/.exec(file)?.[0] ?? file));
  expect([...kinds].toSorted()).toEqual(
    [".cjs", ".js", ".json", ".map", ".md", ".ts"].filter((kind) => kinds.has(kind)),
  );
});

describe.each(LIBRARIES)("%s", (directory) => {
  it("has types that every resolution of today finds", async () => {
    const analysis = await checkPackage(
      createPackageFromTarballData(new Uint8Array(await readFile(await pack(directory)))),
    );
    if (!analysis.types) throw new Error("no types at all");
    // Node's oldest resolution knows no exports; and Node 20.19 requires ES modules from CommonJS, which attw does not know yet.
    const today = analysis.problems.filter(
      (problem) =>
        problem.kind !== "CJSResolvesToESM" && !("resolutionKind" in problem && problem.resolutionKind === "node10"),
    );
    expect(today).toEqual([]);
  });
});

describe("the runtime as it is published", () => {
  let app: string;

  beforeAll(async () => {
    app = join(folder, "app");
    const scope = join(app, "node_modules/@agent-roles");
    const unpacked = join(scope, "runtime");
    await mkdir(unpacked, { recursive: true });
    await execa("tar", ["-xzf", await pack("packages/runtime"), "--strip-components=1", "-C", unpacked]);
    // Its own libraries, and nothing of this workspace's.
    await symlink(join(RUNTIME, "node_modules"), join(unpacked, "node_modules"));
  });

  it("holds no test, and what its source maps refer to", async () => {
    const files = await readdir(join(app, "node_modules/@agent-roles/runtime/dist"), { recursive: true });
    expect(files.filter((file) => /\.test|\.simulation|tsbuildinfo/.test(file))).toEqual([]);
    const map = JSON.parse(await readFile(join(app, "node_modules/@agent-roles/runtime/dist/index.js.map"), "utf8"));
    expect(map.sourcesContent).toHaveLength(1);
  });

  it("is imported, and every subpath of it", async () => {
    const { exports } = JSON.parse(await readFile(join(RUNTIME, "package.json"), "utf8"));
    const names = Object.keys(exports).map((path) => path.replace(/^\./, "@agent-roles/runtime"));
    await writeFile(
      join(app, "all.mjs"),
      `for (const name of ${JSON.stringify(names)}) if (Object.keys(await import(name)).length === 0) throw new Error(name);`,
    );
    await expect(execa(process.execPath, ["all.mjs"], { cwd: app })).resolves.toMatchObject({ exitCode: 0 });
  });

  it("is required from CommonJS", async () => {
    await writeFile(
      join(app, "main.cjs"),
      `const { createAgentRoles } = require("@agent-roles/runtime");
       const roles = createAgentRoles({ env: { AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyRole:Prod" } });
       console.log(roles.profiles()[0].profile);`,
    );
    expect((await execa(process.execPath, ["main.cjs"], { cwd: app })).stdout).toBe("Prod");
  });

  it.each([
    ["parseRoleEnv", /client-sts|client-secrets-manager|smithy|p-limit/],
    ["sharedCredentialsStore", /client-sts|client-secrets-manager|smithy/],
    ["createAgentRoles", /client-secrets-manager"/],
  ])("leaves out of a bundle what %s does not need", async (name, unwanted) => {
    const input = join(app, `${name}.mjs`);
    await writeFile(input, `import { ${name} } from "@agent-roles/runtime"; console.log(${name});`);
    const bundle = await rolldown({ input, platform: "node", external: [/^@aws-sdk|^@smithy|^p-limit/] });
    const { output } = await bundle.generate({ format: "esm" });
    const [entry] = output;
    expect(entry.imports.filter((imported) => unwanted.test(imported))).toEqual([]);
    expect(entry.code.length).toBeGreaterThan(100);
  });
});
