import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { errno } from "../errno.ts";
import { MOTO_REQUIREMENTS, MOTO_VERSION } from "./moto-program.ts";

export interface InstallOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The Python 3 that the environment is made with. */
  readonly python: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

const run = promisify(execFile);

/** Far more than a slow network takes; without a limit a hanging proxy would hang the caller. */
const INSTALL_TIMEOUT_MS = 300_000;

/** The folder of the private virtual environment, in the user's cache directory. */
export function privateEnvironment(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const xdg = env["XDG_CACHE_HOME"];
  const home = env["HOME"] || homedir();
  const cache =
    xdg && isAbsolute(xdg) ? xdg : platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
  return join(cache, "agent-roles", `moto-${MOTO_VERSION}`);
}

/** The interpreter of a virtual environment. */
export function environmentPython(folder: string): string {
  return join(folder, "bin", "python");
}

/**
 * Installs moto into the private virtual environment and gives its interpreter. It is built in a sibling folder and
 * renamed, so that two processes may install at once, and a process that is killed leaves no half environment in its place.
 *
 * @throws an `Error` that tells which step failed and what was written to stderr.
 */
export async function installMoto(options: InstallOptions): Promise<string> {
  const folder = privateEnvironment(options.env);
  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(`${folder}.`);
  try {
    options.onProgress?.(`installing moto ${MOTO_VERSION} into ${folder} (once, about 10 seconds)`);
    await build(building, options);
    await publish(building, folder, options);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return environmentPython(folder);
}

async function build(folder: string, options: InstallOptions): Promise<void> {
  await python(options.python, ["-m", "venv", "--without-pip", folder], options);
  const install = ["install", "--quiet", "--no-compile", "--no-input", "--disable-pip-version-check"];
  const target = environmentPython(folder);
  try {
    // The pip that is there already saves the five seconds that `ensurepip` takes.
    await python(options.python, ["-m", "pip", "--python", target, ...install, ...MOTO_REQUIREMENTS], options);
  } catch (error) {
    if (!(error instanceof Error) || !/No module named pip|no such option: --python/.test(error.message)) throw error;
    await python(target, ["-m", "ensurepip"], options);
    await python(target, ["-m", "pip", ...install, ...MOTO_REQUIREMENTS], options);
  }
}

/** Renames the new environment into place, unless another process has just put a working one there. */
async function publish(built: string, folder: string, options: InstallOptions): Promise<void> {
  try {
    await rename(built, folder);
  } catch (error) {
    if (!isOccupied(error)) throw error;
    if (await works(folder, options)) return;
    await rename(folder, join(built, "replaced"));
    await rename(built, folder);
    await rm(join(folder, "replaced"), { recursive: true, force: true });
  }
}

function isOccupied(error: unknown): boolean {
  const code = errno(error);
  return code === "ENOTEMPTY" || code === "EEXIST";
}

async function works(folder: string, options: InstallOptions): Promise<boolean> {
  try {
    await python(environmentPython(folder), ["-c", "import moto, flask, flask_cors, yaml"], options);
    return true;
  } catch {
    return false;
  }
}

async function python(command: string, args: readonly string[], options: InstallOptions): Promise<void> {
  const { signal } = options;
  // A user's pip.conf may ask for --user, which a virtual environment refuses.
  const env = { ...options.env, PIP_USER: "0", PIP_REQUIRE_VIRTUALENV: "0" };
  try {
    await run(command, args, { env, timeout: INSTALL_TIMEOUT_MS, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`${[command, ...args.slice(0, 2)].join(" ")}: ${stderrOf(error)}`, { cause: error });
  }
}

function stderrOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ("stderr" in error && String(error.stderr).trim()) || error.message;
}
