import { lutimes, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pruneCache } from "./prune-cache.ts";
import { name, temporaryCache } from "./temporary-cache.test-helper.ts";
import { openCacheDirectory } from "./write-cache-file.ts";

const cache = temporaryCache();
const NOW = Date.parse("2026-01-10T00:00:00Z");

it("removes what has long expired and what killed processes left; nothing younger, nothing that is not ours", async () => {
  await openCacheDirectory(cache.directory());
  const old = new Date(NOW - 49 * 3_600_000);
  const other = "f".repeat(16);
  for (const each of [
    `${name}.json`,
    `${name}.json.0123456789ab.tmp`,
    `${name}.revoked`,
    "notes.json",
    `${name}.json.mine`,
  ]) {
    await writeFile(join(cache.directory(), each), "");
    await utimes(join(cache.directory(), each), old, old);
  }
  await symlink("4711 on another-machine", cache.lock());
  await lutimes(cache.lock(), old, old);
  await writeFile(join(cache.directory(), `${other}.json`), "");
  const young = new Date(NOW - 47 * 3_600_000);
  await utimes(join(cache.directory(), `${other}.json`), young, young);
  await pruneCache(cache.directory(), NOW);
  expect((await readdir(cache.directory())).toSorted()).toEqual(
    [`${name}.json.mine`, `${other}.json`, "notes.json"].toSorted(),
  );
});

it("removes every entry at the end of time, and nothing that is not ours", async () => {
  await openCacheDirectory(cache.directory());
  for (const each of [`${name}.json`, `${name}.revoked`, "notes.json"]) {
    await writeFile(join(cache.directory(), each), "");
  }
  await pruneCache(cache.directory(), Infinity);
  expect(await readdir(cache.directory())).toEqual(["notes.json"]);
});

it("has nothing to do where there is no directory", async () => {
  await expect(pruneCache(cache.directory(), NOW)).resolves.toBeUndefined();
});
