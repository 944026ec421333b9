import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { execa } from "execa";
import { publint } from "publint";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { REPOSITORY } from "../harness/repository.ts";
import { npmEnv, npmInstall, tarball } from "./packed.ts";

let directory: string;
let env: Record<string, string>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-packages-"));
  env = await npmEnv(join(directory, "home"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const installs = new Map<string, Promise<string>>();

/** Installs one package alone, once, in `<directory>/<name>`. @returns what npm printed. */
function install(name: string): Promise<string> {
  const text = installs.get(name) ?? npmInstall(join(directory, name), [tarball(name)], env);
  installs.set(name, text);
  return text;
}

const bytes = async (name: string): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await readFile(tarball(name)));

describe.each(["agent-roles", "infra", "runtime", "sandbox", "trust"])("%s", (name) => {
  it("is packed as publint wants it", async () => {
    const { messages } = await publint({ pack: { tarball: (await bytes(name)).buffer }, strict: true });
    // Node 20.19 requires ES modules from CommonJS, which publint does not know yet.
    expect(
      messages.filter(({ code, path }) => code !== "EXPORTS_TYPES_INVALID_FORMAT" || path.at(-1) !== "require"),
    ).toEqual([]);
  });

  it("depends on what npm has, and nothing of this workspace is missing or left over", async () => {
    const { stdout } = await execa("tar", ["-xzOf", tarball(name), "package/package.json"]);
    const { dependencies, private: isPrivate, publishConfig, homepage } = JSON.parse(stdout);
    expect(
      Object.entries(dependencies).filter(
        ([each, range]) => /agent-roles/.test(each) || !/^[\^~]\d/.test(String(range)),
      ),
    ).toEqual([]);
    expect({ isPrivate, publishConfig }).toEqual({ publishConfig: { access: "public", provenance: true } });
    expect(homepage).toContain("github.com");
    const { stdout: list } = await execa("tar", ["-tzf", tarball(name)]);
    const files = list.split("\n");
    expect(files).toEqual(expect.arrayContaining(["package/README.md", "package/LICENSE", "package/CHANGELOG.md"]));
    expect(files.filter((file) => /\.test|\.simulation|tsbuildinfo|pycache|\/src\//.test(file))).toEqual([]);
    // Compiled code, which no source determines.
    expect(files.filter((file) => /\.(?:v8|node|wasm|jsc|pyc|so|dll)$/.test(file))).toEqual([]);
  });
});

it.each(["agent-roles", "infra", "runtime", "sandbox", "trust"])(
  "%s is installed without a warning about Node",
  async (name) => {
    expect(await install(name)).not.toContain("EBADENGINE");
  },
);

describe.each(["infra", "runtime", "sandbox", "trust"])("%s", (name) => {
  it("has types that every resolution of today finds", async () => {
    const analysis = await checkPackage(createPackageFromTarballData(await bytes(name)));
    if (!analysis.types) throw new Error("no types at all");
    // Node 20.19 requires ES modules from CommonJS, which attw does not know yet.
    expect(analysis.problems.filter(({ kind }) => !/^(FalseCJS|CJSResolvesToESM)$/.test(kind))).toEqual([]);
  });
});

const ROLE = "arn:aws:iam::123456789012:role/MyRole";

/** What a user of each library writes first, as TypeScript and JavaScript, and what it prints. */
const USES = {
  runtime: [
    `const roles = createAgentRoles({ env: { AWS_ROLE_1: "${ROLE}:Prod" } });
     const [first] = roles.profiles();
     console.log(first?.profile);`,
    "createAgentRoles",
    "Prod",
  ],
  trust: [
    `const trustPolicy = { Version: "2012-10-17", Statement: { Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" } };
     console.log(evaluateAssumeRole({ caller: { arn: "${ROLE}" }, role: { arn: "${ROLE}", trustPolicy } }).decision);`,
    "evaluateAssumeRole",
    "denied",
  ],
  sandbox: ["console.log(typeof startSandbox);", "startSandbox", "function"],
} as const;

/** What programs import, after the installation. */
async function entryPoints(name: string): Promise<readonly string[]> {
  const file = join(directory, name, `node_modules/@agent-roles/${name}/package.json`);
  const { exports } = JSON.parse(await readFile(file, "utf8"));
  return Object.keys(exports).map((path) => path.replace(/^\./, `@agent-roles/${name}`));
}

describe.each(Object.entries(USES))("%s, installed alone", (name, [code, imported, printed]) => {
  const specifier = `@agent-roles/${name}`;
  let app: string;
  beforeAll(async () => {
    app = join(directory, name);
    await install(name);
  });

  const node = async (file: string, source: string): Promise<string> => {
    await writeFile(join(app, file), source);
    return (await execa(process.execPath, [file], { cwd: app, env, extendEnv: false })).stdout;
  };

  it("a package can be imported and required", async () => {
    expect(await node("main.mjs", `import { ${imported} } from "${specifier}";\n${code}`)).toBe(printed);
    expect(await node("main.cjs", `const { ${imported} } = require("${specifier}");\n${code}`)).toBe(printed);
  });

  it("exports something at each of its entry points", async () => {
    const source = `for (const name of ${JSON.stringify(await entryPoints(name))}) if (Object.keys(await import(name)).length === 0) throw new Error(name);`;
    expect(await node("all.mjs", source)).toBe("");
  });

  it("a package works bundled into one file", async () => {
    await writeFile(join(app, "bundled.mjs"), `import { ${imported} } from "${specifier}";\n${code}`);
    const bundle = await rolldown({ input: join(app, "bundled.mjs"), platform: "node" });
    await bundle.write({ file: join(directory, `${name}.mjs`), format: "esm", codeSplitting: false });
    const { stdout } = await execa(process.execPath, [`${name}.mjs`], { cwd: directory, env, extendEnv: false });
    expect(stdout).toBe(printed);
  });

  it.each([
    ["node16", "node16"],
    ["nodenext", "nodenext"],
    ["preserve", "bundler"],
  ])("has types under module %s", async (module, moduleResolution) => {
    const errors = await typeErrors(module, moduleResolution);
    expect(errors.filter((line) => line.startsWith(`${name}/`) || line.startsWith("error"))).toEqual([]);
  });
});

const compilations = new Map<string, Promise<readonly string[]>>();

/** What the compiler says of all libraries, in one run. @returns its lines; each names its file. */
function typeErrors(module: string, moduleResolution: string): Promise<readonly string[]> {
  const compilation = compilations.get(module) ?? compile(module, moduleResolution);
  compilations.set(module, compilation);
  return compilation;
}

async function compile(module: string, moduleResolution: string): Promise<readonly string[]> {
  const files = await Promise.all(
    Object.entries(USES).map(async ([name, [code, imported]]) => {
      await install(name);
      const source = `import { ${imported} } from "@agent-roles/${name}";\n${code}`;
      await Promise.all(["mts", "cts"].map((type) => writeFile(join(directory, name, `main.${type}`), source)));
      const entries = (await entryPoints(name)).map((each, index) => `export * as e${index} from "${each}";`);
      await writeFile(join(directory, name, "all.cts"), entries.join("\n"));
      return ["main.mts", "main.cts", "all.cts"].map((file) => join(name, file));
    }),
  );
  const types = ["--types", "node", "--typeRoots", join(REPOSITORY, "node_modules/@types")];
  const options = ["--noEmit", "--strict", "--target", "es2023", "--lib", "es2023", ...types];
  const modules = ["--module", module, "--moduleResolution", moduleResolution];
  const tsc = join(REPOSITORY, "node_modules/.bin/tsc");
  const { stdout } = await execa(tsc, [...options, ...modules, ...files.flat()], { cwd: directory, reject: false });
  return stdout.split("\n").filter(Boolean);
}

it("agent-roles, installed alone, checks templates in JSON and YAML", async () => {
  const app = join(directory, "agent-roles");
  await install("agent-roles");
  const policy = "{ Statement: [{ Effect: Allow, Principal: '*', Action: 'sts:AssumeRole' }] }";
  const yaml = `Resources: { Open: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: ${policy} } } }`;
  await writeFile(join(app, "a.template.yaml"), yaml);
  await writeFile(join(app, "b.template.json"), JSON.stringify(parse(yaml)));
  await writeFile(join(app, "c.template.json"), "{");
  const options = { cwd: app, env, extendEnv: false, reject: false } as const;
  const args = ["check", ".", "--json", "--exclude", "*.lock", "--exclude", "package*.json"];
  const { exitCode, stdout, stderr } = await execa("npx", ["agent-roles", ...args], options);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  const { findings, unread } = JSON.parse(stdout);
  expect(findings.map(({ location }: { location: { file: string } }) => location.file)).toEqual([
    "a.template.yaml",
    "b.template.json",
  ]);
  expect(unread.map(({ file }: { file: string }) => file)).toEqual(["c.template.json"]);
});

it("agent-roles prints no warning of the SDK about Node", async () => {
  await install("agent-roles");
  const shown = { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "", AWS_EC2_METADATA_DISABLED: "true" };
  const options = { cwd: join(directory, "agent-roles"), env: shown, extendEnv: false, reject: false } as const;
  const { stderr } = await execa("npx", ["agent-roles", "whoami"], options);
  expect(stderr).toMatch(/^error: the master's credentials: [^\n]*\n  fix: [^\n]*$/);
});

it("infra, installed alone, is imported, required, and writes the templates of agent-roles.yaml", async () => {
  await install("infra");
  const cwd = join(directory, "infra");
  const options = { cwd, env, extendEnv: false } as const;
  for (const load of ['import("@agent-roles/infra")', 'Promise.resolve(require("@agent-roles/infra"))']) {
    const { stdout } = await execa(
      process.execPath,
      ["-p", `${load}.then((infra) => console.log(typeof infra.deployFleet))`],
      options,
    );
    expect(stdout).toContain("function");
  }
  const manifest = `master: { account: "123456789012", roleName: M, trustedBy: [{ account: "123456789012" }] }
roles: [{ profile: P, account: "123456789013", roleName: R }]`;
  await writeFile(join(cwd, "agent-roles.yaml"), manifest);
  const { stderr } = await execa("npx", ["agent-roles-infra"], options);
  expect(stderr).toMatch(/^wrote the templates and agent-roles\.env to cdk\.out$/m);
  expect(await readdir(join(cwd, "cdk.out"))).toEqual(
    expect.arrayContaining(["agent-roles-123456789013.template.json", "agent-roles.env"]),
  );
});

describe("what agents load", () => {
  it.each([
    ["parseRoleEnv", /client-sts|client-secrets-manager|smithy|p-limit/],
    ["sharedCredentialsStore", /client-sts|client-secrets-manager|smithy/],
    ["createAgentRoles", /client-secrets-manager"/],
  ])("leaves out of a bundle what %s does not need", async (name, unwanted) => {
    const input = join(directory, "runtime", `${name}.mjs`);
    await writeFile(input, `import { ${name} } from "@agent-roles/runtime"; console.log(${name});`);
    const bundle = await rolldown({ input, platform: "node", external: [/^@aws-sdk|^@smithy|^p-limit/] });
    const { output } = await bundle.generate({ format: "esm" });
    const [entry] = output;
    expect(entry.imports.filter((each) => unwanted.test(each))).toEqual([]);
    expect(entry.code.length).toBeGreaterThan(100);
  });

  it("has the sources that its source maps refer to", async () => {
    const dist = join(directory, "runtime/node_modules/@agent-roles/runtime/dist");
    expect(await readdir(dist)).toContain("index.js");
    const map = JSON.parse(await readFile(join(dist, "index.js.map"), "utf8"));
    expect(map.sourcesContent).toHaveLength(1);
  });
});
