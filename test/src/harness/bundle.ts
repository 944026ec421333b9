import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { rolldown } from "rolldown";

const programs = new Map<string, Promise<string>>();

/**
 * A program with everything that it imports in one directory, made once for all tests of this process: most of the time of a short
 * process goes into finding its modules.
 *
 * @returns the program's path.
 */
export function bundled(input: string): Promise<string> {
  const program = programs.get(input) ?? bundle(input);
  programs.set(input, program);
  return program;
}

async function bundle(input: string): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "agent-roles-program-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  await (
    await rolldown({ input, platform: "node" })
  ).write({ dir, entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" });
  return join(dir, `${basename(input).replace(/\.m?js$/, "")}.mjs`);
}
