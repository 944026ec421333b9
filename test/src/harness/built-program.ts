import { createHash } from "node:crypto";
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { REPOSITORY } from "./repository.ts";

/** The programs in other languages. */
export const PROGRAMS: string = join(REPOSITORY, "test/clients");

/** On a machine that has downloaded nothing yet. */
export const BUILD_MS = 600_000;

const builds = new Map<string, Promise<string>>();

/** The directory of a program of `test/clients`, built once for each content, in the user's cache. */
export function builtProgram(language: string, command: string, ...args: readonly string[]): Promise<string> {
  const build = builds.get(language) ?? buildOnce(language, command, args);
  builds.set(language, build);
  return build;
}

/** Path of the Go client. */
export async function goProgram(): Promise<string> {
  return join(await builtProgram("go", "go", "build", "-o", "client", "."), "client");
}

async function buildOnce(language: string, command: string, args: readonly string[]): Promise<string> {
  const source = join(PROGRAMS, language);
  const hash = createHash("sha256").update([command, ...args].join(" "));
  const files = (await readdir(source, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()) {
    hash.update(path.slice(source.length)).update(await readFile(path));
  }
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const directory = join(cache, "agent-roles-test", `${language}-${hash.digest("hex").slice(0, 16)}`);
  if (await exists(directory)) return directory;
  await mkdir(dirname(directory), { recursive: true });
  const cwd = await mkdtemp(`${directory}.`);
  try {
    await cp(source, cwd, { recursive: true });
    await execa(command, args, { cwd, timeout: BUILD_MS });
    await rename(cwd, directory).catch(async (error: unknown) => {
      // Another process was faster.
      if (!(await exists(directory))) throw error;
    });
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
  return directory;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
