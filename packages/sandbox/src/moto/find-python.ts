import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findOnPath } from "./find-moto-server.ts";

const run = promisify(execFile);

/** `python3` of macOS is 3.9; a newer one is often installed beside it under its versioned name. */
const NAMES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
const IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 10))";

/**
 * Finds the first Python on `PATH` that is new enough for moto.
 *
 * @throws an `Error` that lists the interpreters that are too old.
 */
export async function findPython(env: NodeJS.ProcessEnv): Promise<string> {
  const found = await Promise.all(NAMES.map((name) => findOnPath(name, env["PATH"])));
  for (const python of found.flat()) {
    if (await isNewEnough(python, env)) return python;
  }
  const seen = found.flat().join(", ");
  throw new Error(seen === "" ? "no python3 on PATH" : `no Python 3.10 or newer on PATH, only ${seen}`);
}

async function isNewEnough(python: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await run(python, ["-c", IS_NEW_ENOUGH], { env });
    return true;
  } catch {
    return false;
  }
}
