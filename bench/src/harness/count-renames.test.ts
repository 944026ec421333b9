import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { countRenames } from "./count-renames.ts";
import { inTemporaryFolder } from "./temporary-folder.ts";

it.runIf(process.platform === "linux")("counts each time that the file is replaced, and no write beside it", () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, "credentials");
    await writeFile(path, "old");
    const count = await countRenames(path, async () => {
      for (const temporary of ["a.tmp", "b.tmp"]) {
        await writeFile(join(folder, temporary), "new");
        await rename(join(folder, temporary), path);
      }
      await writeFile(join(folder, "config"), "other");
    });
    expect(count).toBe(2);
  }),
);
