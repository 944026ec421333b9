import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { openCacheDirectory } from "./write-cache-file.ts";

it.runIf(existsSync("/proc/self"))("fails at once where no directory can be made", async () => {
  await expect(openCacheDirectory("/proc/nope/cache")).rejects.toThrow("ENOENT");
});
