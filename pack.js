// Makes the tarballs that are published, in dist/ or in the given directory: docs/decisions/packed-alone.md.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";

const ROOT = import.meta.dirname;
const GITHUB = "https://github.com/agent-roles/agent-roles";
const DIRECTORIES = [
  "packages/iam",
  "packages/trust",
  "packages/templates",
  "packages/manifest",
  "packages/runtime",
  "packages/sandbox",
  "packages/mcp",
  "packages/cli",
  "infra",
];

const MODULE = /(?<!\.d)\.js$/;
// `load("…")` is a require at first use: packages/templates/src/source/libraries.ts.
const IMPORT = /(^(?:(?:import|export|\})[^"\n]* from |import )|\b(?:import|load)\()"([\w@./:-]+)"/gm;
const DATA_FILE = /readFileSync\(new URL\("(\.\.\/data\/[^"]+)", import\.meta\.url\), "utf8"\)/;
const NOT_PUBLISHED = /\.(test|test-helper|simulation)\.|\.(tsbuildinfo|map|d\.ts)$|\/(\.docs|__pycache__)$/;

const text = (...path) => readFileSync(join(...path), "utf8");
const { catalog } = parse(text(ROOT, "pnpm-workspace.yaml"));
const workspace = DIRECTORIES.map((path) => ({
  path,
  directory: join(ROOT, path),
  ...JSON.parse(text(ROOT, path, "package.json")),
}));

if (new Set(workspace.map(({ version }) => version)).size > 1) throw new Error("The packages have different versions.");

function packageOf(file) {
  return workspace.find(({ directory }) => file.startsWith(`${directory}/`));
}

/** Writes what a package publishes into a directory, together with the modules that it imports from other packages of this workspace. */
async function stage(own, target) {
  const dependencies = {};
  const copied = new Set();

  /** Below its package, a file keeps its place: modules find the files beside them. */
  function placeOf(file) {
    const { directory } = packageOf(file);
    const parent = directory === own.directory ? "." : join("dist/bundled", basename(directory));
    return join(target, parent, relative(directory, file));
  }

  function copyModule(file) {
    if (copied.has(file) || !existsSync(file)) return;
    copied.add(file);
    const code = text(file)
      .replace(IMPORT, (_, keyword, specifier) => `${keyword}"${importFrom(file, specifier)}"`)
      .replace(DATA_FILE, (_, path) => JSON.stringify(text(dirname(file), path)));
    mkdirSync(dirname(placeOf(file)), { recursive: true });
    writeFileSync(placeOf(file), code);
    // A command has no types.
    if (MODULE.test(file) && own.exports) copyModule(file.replace(MODULE, ".d.ts"));
    if (existsSync(`${file}.map`)) cpSync(`${file}.map`, `${placeOf(file)}.map`);
  }

  /** Copies what is imported. @returns how the copy of `file` imports it. */
  function importFrom(file, specifier) {
    if (specifier.startsWith(".")) {
      copyModule(resolve(dirname(file), specifier.replace(/\.ts$/, ".js")));
      return specifier;
    }
    if (isBuiltin(specifier)) return specifier;
    const [name] = /^(@[^/]+\/)?[^/]+/.exec(specifier);
    const other = workspace.find((each) => each.name === name);
    if (other && other !== own) {
      const entry = join(other.directory, other.exports[`.${specifier.slice(name.length)}`].default);
      copyModule(entry);
      if (other.files.includes("python")) copyAll(join(other.directory, "python"));
      return relative(dirname(placeOf(file)), placeOf(entry)).replace(/^(?!\.)/, "./");
    }
    const importer = packageOf(file);
    const range = importer.dependencies?.[name] ?? importer.peerDependencies?.[name];
    if (!range && other !== own) throw new Error(`${file} imports ${name}, which ${importer.name} does not depend on`);
    if (range && !own.peerDependencies?.[name]) dependencies[name] = range.replace("catalog:", catalog[name]);
    return specifier;
  }

  function copyAll(path) {
    cpSync(path, placeOf(path), {
      recursive: true,
      filter: (from) => {
        if (NOT_PUBLISHED.test(from)) return false;
        if (!MODULE.test(from) || !from.includes("/dist/")) return true;
        // What the compiler made of a source that was deleted since is still there.
        if (existsSync(from.replace("/dist/", "/src/").replace(MODULE, ".ts"))) copyModule(from);
        return false;
      },
    });
  }

  for (const path of own.files.filter((each) => !each.startsWith("!"))) copyAll(join(own.directory, path));
  for (const file of ["LICENSE", "CHANGELOG.md"]) cpSync(join(ROOT, file), join(target, file));
  const readme = text(own.directory, "README.md").replace(
    /\]\((?!https?:|#)([^)]+)\)/g,
    (_, link) => `](${GITHUB}/blob/v${own.version}/${join(own.path, link)})`,
  );
  writeFileSync(join(target, "README.md"), readme);
  const { path: _, directory: __, private: ___, devDependencies: ____, exports, files, ...kept } = own;
  const published = {
    ...kept,
    files: [...files, "CHANGELOG.md"],
    homepage: `${GITHUB}#readme`,
    bugs: `${GITHUB}/issues`,
    ...(exports && (await entryPoints(exports, own.directory, target))),
    ...(own.peerDependencies && {
      peerDependencies: Object.fromEntries(
        Object.entries(own.peerDependencies).map(([name, range]) => [name, range.replace("catalog:", catalog[name])]),
      ),
    }),
    dependencies: Object.fromEntries(Object.entries(dependencies).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(published, undefined, 2)}\n`);
}

/**
 * The entry points, with what TypeScript needs besides: under `module: node16` the declarations of a CommonJS module, because only
 * `nodenext` knows that Node requires ES modules; for `moduleResolution: node10`, which does not read `exports`, older fields.
 */
async function entryPoints(exports, directory, target) {
  const entries = Object.entries(exports).map(([name, { types, default: file }]) => ({ name, types, file }));
  for (const { types, file } of entries) {
    const module = `"./${basename(file)}", { with: { "resolution-mode": "import" } }`;
    const exported = Object.entries(await import(pathToFileURL(join(directory, file)))).flatMap(([name, value]) => [
      `export declare const ${name}: typeof import(${module}).${name};`,
      ...(isClass(value) ? [`export type ${name} = InstanceType<typeof ${name}>;`] : []),
    ]);
    const others = `export type * from "./${basename(file)}" with { "resolution-mode": "import" };`;
    writeFileSync(join(target, types.replace(/ts$/, "cts")), `${[others, ...exported].join("\n")}\n`);
  }
  const [root, ...others] = entries;
  return {
    main: root.file,
    types: root.types,
    ...(others.length > 0 && {
      typesVersions: { "*": Object.fromEntries(others.map(({ name, types }) => [name.slice(2), [types]])) },
    }),
    exports: Object.fromEntries(
      entries.map(({ name, types, file }) => [
        name,
        { types: { require: types.replace(/ts$/, "cts"), default: types }, default: file },
      ]),
    ),
  };
}

function isClass(value) {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

const output = resolve(process.argv[2] ?? join(ROOT, "dist"));
mkdirSync(output, { recursive: true });
const staging = mkdtempSync(join(tmpdir(), "agent-roles-pack-"));
try {
  const published = workspace.filter(({ publishConfig }) => publishConfig);
  const stages = [];
  for (const own of published) {
    const target = join(staging, basename(own.directory));
    await stage(own, target);
    stages.push(target);
  }
  execFileSync("npm", ["pack", ...stages, "--pack-destination", output, "--loglevel", "error"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
} finally {
  rmSync(staging, { recursive: true, force: true });
}
