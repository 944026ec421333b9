import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { chmod, mkdir, readdir, readFile, stat, symlink, truncate, writeFile, rename } from "node:fs/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { credentials } from "../fixtures.test-helper.ts";
import { formatEntry, type ParsedEntry, parseEntry } from "./cache-entry.ts";
import { readCacheFile } from "./cache-file.ts";
import { markRevoked } from "./revocation.ts";
import { key, name, request, temporaryCache } from "./temporary-cache.test-helper.ts";
import { openCacheDirectory, writeCacheFile } from "./write-cache-file.ts";

const cache = temporaryCache();
const NOW = Date.parse("2026-01-01T00:00:00Z");
const session = credentials("First", NOW);
const failure = {
  code: "Throttled",
  message: "no",
  fix: "wait",
  retryable: true,
  attempt: 2,
  failedAt: new Date(NOW),
} as const;

it("keeps a session and a failure", async () => {
  await openCacheDirectory(cache.directory());
  await writeCacheFile(cache.directory(), key, { session, failure });
  expect(readCacheFile(cache.directory(), key)).toMatchObject({ entry: { session, failure } });
});

it("does not count a session that was issued before its role's sessions were revoked, whoever writes it", async () => {
  await openCacheDirectory(cache.directory());
  const arn = request.role.arn;
  await markRevoked(cache.directory(), `${arn}2`, new Date(NOW + 1_000));
  await writeCacheFile(cache.directory(), key, { session, failure });
  expect(readCacheFile(cache.directory(), key)).toMatchObject({ entry: { session, failure } });
  await markRevoked(cache.directory(), arn, new Date(NOW + 1_000));
  await writeCacheFile(cache.directory(), key, { session, failure });
  expect(readCacheFile(cache.directory(), key)?.entry).toEqual({ failure });
  const later = credentials("First", NOW + 1_000);
  await writeCacheFile(cache.directory(), key, { session: later });
  expect(readCacheFile(cache.directory(), key)).toMatchObject({ entry: { session: later } });
});

it("is a directory and files for their owner alone, and leaves nothing else", async () => {
  await openCacheDirectory(cache.directory());
  await writeCacheFile(cache.directory(), key, { session });
  expect((await stat(cache.directory())).mode & 0o777).toBe(0o700);
  expect((await stat(cache.file())).mode & 0o777).toBe(0o600);
  expect(await readdir(cache.directory())).toEqual([`${name}.json`]);
});

it.skipIf(process.platform === "win32")("refuses a directory that others can write to", async () => {
  await openCacheDirectory(cache.directory());
  await chmod(cache.directory(), 0o770);
  await expect(openCacheDirectory(cache.directory())).rejects.toMatchObject({ code: "StoreFailed" });
});

it("knows nothing of what is not there", async () => {
  expect(readCacheFile(cache.directory(), key)).toBeUndefined();
});

const text = formatEntry(key, { session });

/** Makes a socket, which stays when its server has ended. */
async function listen(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const kept = `${path}.kept`;
  await rename(path, kept);
  server.close();
  await rename(kept, path);
}
const put = (content: string) => () => writeFile(cache.file(), content, { mode: 0o600 });

it.each<readonly [string, () => Promise<unknown>, string]>([
  ["empty", put(""), "is not what agent-roles writes"],
  ["truncated", put(text.slice(0, 100)), "is not what agent-roles writes"],
  ["of a newer version", put(text.replace('"version":1', '"version":2')), "was written by another version"],
  ["another session's, renamed", put(formatEntry(`${key.slice(0, -1)}_`, { session })), "belongs to another session"],
  ["without its token", put(text.replace("sessionToken", "token")), "is damaged"],
  ["of no date", put(text.replace(/"expiration":"[^"]*"/, '"expiration":"soon"')), "is damaged"],
  ["huge", () => put(text)().then(() => truncate(cache.file(), 1_000_000)), "is larger than"],
  ["a directory", () => mkdir(cache.file()), "is not a plain file"],
])("does not believe a file that is %s", doesNotBelieve);

it.skipIf(process.platform === "win32").each<readonly [string, () => Promise<unknown>, string]>([
  ["open to others", () => put(text)().then(() => chmod(cache.file(), 0o644)), "is open to other users"],
  ["a pipe", async () => execFileSync("mkfifo", [cache.file()]), "is not a plain file"],
  ["a socket", () => listen(cache.file()), "cannot be read"],
  ["a symlink", () => writeFile(`${cache.directory()}/x`, text).then(() => symlink("x", cache.file())), "is a symlink"],
])("does not believe a file that is %s", doesNotBelieve);

async function doesNotBelieve(_: string, make: () => Promise<unknown>, problem: string): Promise<void> {
  await openCacheDirectory(cache.directory());
  await make();
  expect(readCacheFile(cache.directory(), key)?.problem).toContain(problem);
}

it("replaces a symlink and leaves what it points at", async () => {
  await openCacheDirectory(cache.directory());
  await writeFile(`${cache.directory()}/precious`, "precious");
  await symlink("precious", cache.file());
  await writeCacheFile(cache.directory(), key, { session });
  expect(await readFile(`${cache.directory()}/precious`, "utf8")).toBe("precious");
  expect(readCacheFile(cache.directory(), key)).toMatchObject({ entry: { session } });
});

/** All six fields, as they must be. */
function isWhole(read: ParsedEntry): boolean {
  const { session: found } = read.entry ?? {};
  if (!found) return true;
  const { accessKeyId, secretAccessKey, sessionToken, accountId, issuedAt, expiration } = found;
  return (
    [accessKeyId, secretAccessKey, sessionToken, accountId].every((word) => /^[\x21-\x7e]+$/.test(word)) &&
    [issuedAt, expiration].every((date) => !Number.isNaN(date.getTime()))
  );
}

it("never throws, and gives a session only whole, whatever a file says", () => {
  const field = fc.option(fc.oneof(fc.constant("x"), fc.constant(new Date(NOW).toISOString()), fc.jsonValue()));
  const fields = (...names: string[]) => fc.record(Object.fromEntries(names.map((each) => [each, field])));
  const someSession = fields("accessKeyId", "secretAccessKey", "sessionToken", "accountId", "issuedAt", "expiration");
  const someFailure = fields("code", "message", "fix", "retryable", "attempt", "failedAt");
  const entry = fc
    .record({ session: fc.oneof(someSession, fc.jsonValue()), failure: fc.oneof(someFailure, fc.jsonValue()) })
    .map((parts) => JSON.stringify({ version: 1, key, ...parts }));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), entry), (content) => {
      expect(parseEntry(content, key)).toSatisfy(isWhole);
    }),
    { numRuns: 2_000 },
  );
});

it("never throws, and gives a session only whole, however a file was damaged", () => {
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 5 }), (at, removed, inserted) => {
      const damaged = text.slice(0, at) + inserted + text.slice(at + removed);
      expect(parseEntry(damaged, key)).toSatisfy(isWhole);
    }),
    { numRuns: 2_000 },
  );
});
