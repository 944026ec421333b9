import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** The variables of `agent-roles.env`, with some of them changed, as a file beside it. @returns its path. */
export async function changedEnvFile(cdkOut: string, changes: Readonly<Record<string, string>>): Promise<string> {
  const variables = { ...parseEnv(await readFile(join(cdkOut, "agent-roles.env"), "utf8")), ...changes };
  const file = join(cdkOut, `changed-${Object.keys(changes).join("-")}.env`);
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  await writeFile(file, lines.join(""));
  return file;
}
