import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { errno } from "../errno.ts";
import { MOTO_REQUIREMENTS, MOTO_VERSION } from "./moto-program.ts";

export interface InstallOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The Python 3 that creates the environment. */
  readonly python: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

const run = promisify(execFile);

/** More than a slow network needs. Without a limit, a proxy that hangs would block the caller. */
const INSTALL_TIMEOUT_MS = 300_000;

/** Path of the private virtual environment, in the user's cache directory. */
export function privateEnvironment(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const xdg = env["XDG_CACHE_HOME"];
  const home = env["HOME"] || homedir();
  const cache =
    xdg && isAbsolute(xdg) ? xdg : platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
  return join(cache, "agent-roles", `moto-${MOTO_VERSION}`);
}

/** The interpreter of a virtual environment. */
export function environmentPython(directory: string): string {
  return join(directory, "bin", "python");
}

/**
 * Installs moto into the private virtual environment and returns its interpreter. The environment is built in a sibling
 * directory and renamed: two processes can install at once, and a killed process leaves no partial environment.
 *
 * @throws an `Error` with the step that failed and its stderr.
 */
export async function installMoto(options: InstallOptions): Promise<string> {
  const directory = privateEnvironment(options.env);
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  const building = await mkdtemp(`${directory}.`);
  try {
    options.onProgress?.(`installing moto ${MOTO_VERSION} into ${directory} (once, about 10 seconds)`);
    await build(building, options);
    await publish(building, directory, options);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return environmentPython(directory);
}

async function build(directory: string, options: InstallOptions): Promise<void> {
  await python(options.python, ["-m", "venv", "--without-pip", directory], options);
  const install = ["install", "--quiet", "--no-compile", "--no-input", "--disable-pip-version-check"];
  const target = environmentPython(directory);
  try {
    // An installed pip saves the five seconds of `ensurepip`.
    await python(options.python, ["-m", "pip", "--python", target, ...install, ...MOTO_REQUIREMENTS], options);
  } catch (error) {
    if (!(error instanceof Error) || !/No module named pip|no such option: --python/.test(error.message)) throw error;
    await python(target, ["-m", "ensurepip"], options);
    await python(target, ["-m", "pip", ...install, ...MOTO_REQUIREMENTS], options);
  }
}

/** Renames the new environment into place, unless another process has just installed a working one. */
async function publish(built: string, directory: string, options: InstallOptions): Promise<void> {
  try {
    await rename(built, directory);
  } catch (error) {
    if (!isOccupied(error)) throw error;
    if (await works(directory, options)) return;
    await rename(directory, join(built, "replaced"));
    await rename(built, directory);
    await rm(join(directory, "replaced"), { recursive: true, force: true });
  }
}

function isOccupied(error: unknown): boolean {
  const code = errno(error);
  return code === "ENOTEMPTY" || code === "EEXIST";
}

async function works(directory: string, options: InstallOptions): Promise<boolean> {
  try {
    await python(environmentPython(directory), ["-c", "import moto, flask, flask_cors, yaml"], options);
    return true;
  } catch {
    return false;
  }
}

async function python(command: string, args: readonly string[], options: InstallOptions): Promise<void> {
  const { signal } = options;
  // A pip.conf with --user would fail in a virtual environment.
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
