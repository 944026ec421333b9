import { access, constants, readFile, realpath } from "node:fs/promises";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";

/** Every executable of that name on `PATH`, in order. The first can be a shim that fails. */
export async function findOnPath(name: string, path: string | undefined): Promise<string[]> {
  const directories = (path ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
  const files = [...new Set(directories)].map((directory) => join(directory, name));
  const found = await Promise.all(files.map(isExecutable));
  return files.filter((_file, index) => found[index]);
}

/**
 * The Python interpreters that can run moto for a `moto_server` script: the one in its first lines, then the one beside
 * it (a pyenv shim is a shell script, and its directory also has a shim of python3).
 *
 * @param file a `moto_server`, or a Python interpreter that has moto.
 */
export async function pythonsOf(file: string, path: string | undefined): Promise<string[]> {
  if (/^python[\d.]*$/.test(basename(file))) return [file];
  const script = await realpath(file);
  const named = await shebangPython(script, path);
  const beside = [dirname(script), dirname(file)].map((directory) => join(directory, "python3"));
  const candidates = [...new Set(named === undefined ? beside : [named, ...beside])];
  const usable = await Promise.all(candidates.map(isExecutable));
  return candidates.filter((_candidate, index) => usable[index]);
}

/** Reads `#!/path/python`, `#!/usr/bin/env python3`, and the two-line form that pip writes for a long path. */
async function shebangPython(script: string, path: string | undefined): Promise<string | undefined> {
  const head = (await readFile(script, "utf8")).slice(0, 2048);
  const direct =
    /^#!\s*(?<python>\/\S*\/python[\d.]*)\s*$/m.exec(head) ??
    /^'''exec' "?(?<python>\/[^"\n]*\/python[\d.]*)"? /m.exec(head);
  if (direct?.groups) return direct.groups["python"];
  const named = /^#!\s*\/usr\/bin\/env\s+(?<name>python[\d.]*)\s*$/m.exec(head)?.groups?.["name"];
  if (named === undefined) return undefined;
  const [first] = await findOnPath(named, path);
  return first;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
