import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { openCacheFolder } from "./write-cache-file.ts";

it.runIf(existsSync("/proc/self"))("fails at once where no folder can be made", async () => {
  await expect(openCacheFolder("/proc/nope/cache")).rejects.toThrow("ENOENT");
});
