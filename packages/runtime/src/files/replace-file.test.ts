import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { replaceFile } from "./replace-file.ts";

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-write-"));
  path = join(directory, "file");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const modeOf = async (): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

it("never truncates: who has the old file open reads all of it", async () => {
  await writeFile(path, "old".repeat(1_000));
  const reader = await open(path);
  await replaceFile(path, Buffer.from("new"));
  expect((await reader.readFile("utf8")).length).toBe(3_000);
  await reader.close();
  expect(await readFile(path, "utf8")).toBe("new");
});

it("closes a file that was open to others, and keeps the mode it is given whatever the umask", async () => {
  await writeFile(path, "", { mode: 0o644 });
  await replaceFile(path, Buffer.from(""));
  expect(await modeOf()).toBe("600");
  const umask = process.umask(0o077);
  try {
    await replaceFile(path, Buffer.from(""), { mode: 0o640 });
  } finally {
    process.umask(umask);
  }
  expect(await modeOf()).toBe("640");
});

it("leaves everything as it was when it may not take the name", async () => {
  await writeFile(path, "old");
  const writing = replaceFile(path, Buffer.from("new"), {
    beforeRename: async () => {
      expect(await readdir(directory)).toHaveLength(2);
      throw new Error("no");
    },
  });
  await expect(writing).rejects.toThrow("no");
  expect(await readdir(directory)).toEqual(["file"]);
  expect(await readFile(path, "utf8")).toBe("old");
});

it.runIf(process.geteuid?.() === 0)("as root gives the new file to the owner", async () => {
  await replaceFile(path, Buffer.from("new"), { owner: { uid: 1_234, gid: 4_321 } });
  expect(await stat(path)).toMatchObject({ uid: 1_234, gid: 4_321 });
});
