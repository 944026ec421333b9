import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes an executable shell script, its directories included, and gives its path. For tests. */
export async function script(file: string, body: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, body.startsWith("#!") ? body : `#!/bin/sh\n${body}\n`);
  await chmod(file, 0o755);
  return file;
}

/** A "Python" that says what moto says when it is ready, and ends when its standard input does. For tests. */
export function readyPython(file: string, port = 4321): Promise<string> {
  return script(file, `echo '{"version": "5.2.1", "port": ${port}}'\nexec /bin/cat`);
}

/** An interpreter that writes this to stderr and fails. For tests. */
export function failingPython(file: string, stderr: string): Promise<string> {
  return script(file, `echo '${stderr}' >&2\nexit 1`);
}
