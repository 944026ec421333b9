import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exposedFiles } from "./exposed-files.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-exposed-"));
  await mkdir(join(home, ".aws"), { mode: 0o700 });
  for (const name of ["credentials", "config"]) await writeFile(join(home, ".aws", name), "", { mode: 0o600 });
});
afterEach(() => rm(home, { recursive: true, force: true }));

it("reports nothing for private files, and for none", async () => {
  expect(await exposedFiles({ HOME: home })).toEqual([]);
  expect(await exposedFiles({ HOME: join(home, "nobody") })).toEqual([]);
});

it.runIf(process.platform !== "win32").each([
  [".aws", 0o777],
  [".aws/config", 0o666],
  [".aws/credentials", 0o602],
])("reports %s that others can write to, with the command that closes it", async (name, mode) => {
  const file = join(home, name);
  await chmod(file, mode);
  const fix = expect.stringContaining(`chmod go-w '${file}'`);
  expect(await exposedFiles({ HOME: home })).toEqual([{ file, message: "other users can write to it", fix }]);
});
