import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findOnPath } from "./find-moto-server.ts";
import { writableByOthers } from "./writable-by-others.ts";

const run = promisify(execFile);

/** `python3` of macOS is 3.9; a newer one is often installed beside it under its versioned name. */
const NAMES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
const IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 10))";

/**
 * Finds the first Python on `PATH` that is new enough for moto.
 *
 * @throws an `Error` that lists the interpreters that are too old, or that other users can replace.
 */
export async function findPython(env: NodeJS.ProcessEnv): Promise<string> {
  const found = await Promise.all(NAMES.map((name) => findOnPath(name, env["PATH"])));
  const seen: string[] = [];
  for (const python of found.flat()) {
    const risk = await writableByOthers(python);
    if (risk === undefined && (await isNewEnough(python, env))) return python;
    seen.push(risk === undefined ? python : `${python} (not used: ${risk})`);
  }
  throw new Error(
    seen.length === 0 ? "no python3 on PATH" : `no usable Python 3.10 or newer on PATH, only ${seen.join(", ")}`,
  );
}

async function isNewEnough(python: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await run(python, ["-c", IS_NEW_ENOUGH], { env });
    return true;
  } catch {
    return false;
  }
}
