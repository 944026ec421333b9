import { chmod, mkdir, readdir, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { processIdentity } from "../files/process-identity.ts";
import { ago } from "../fixtures.test-helper.ts";
import { privateDirectory, sweepPrivateDirectories } from "./private-directory.ts";
import { temporaryCache } from "./temporary-cache.test-helper.ts";

const { directory } = temporaryCache();

/** A directory as a process with this identity left it so many hours ago. */
async function left(identity: string | undefined, hours = 0): Promise<string> {
  const path = join(directory(), "process-old");
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "secret"), "x");
  if (identity !== undefined) await writeFile(join(path, "keeper"), identity);
  const then = ago(hours * 3_600);
  await utimes(path, then, then);
  return path;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

it.skipIf(process.platform === "win32")(
  "makes a directory for the user alone, and removes it with everything in it",
  async () => {
    const { path, remove } = await privateDirectory(directory());
    await writeFile(join(path, "secret"), "x");
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await remove();
    expect(await readdir(directory())).toEqual([]);
  },
);

it.runIf(process.platform === "linux")(
  "removes the directory of a process whose number another process has got",
  async () => {
    const path = await left((await processIdentity()).replace(/since \d+/, "since 1"));
    const { path: own } = await privateDirectory(directory());
    expect([await exists(path), await exists(own)]).toEqual([false, true]);
  },
);

it.each([
  ["keeps that of a live process, however old", (own: string) => own, 99, true],
  ["keeps that of another machine that renewed it", (own: string) => own.replace(" on ", " on other-"), 11, true],
  [
    "removes that of another machine that renewed nothing",
    (own: string) => own.replace(" on ", " on other-"),
    14,
    false,
  ],
  ["keeps one that is being made", () => undefined, 0, true],
  ["removes one whose process was killed while it made it", () => undefined, 1, false],
])("%s", async (_, identity, hours, isKept) => {
  const path = await left(identity(await processIdentity()), hours);
  await sweepPrivateDirectories(directory());
  expect(await exists(path)).toBe(isKept);
});

it("follows no symlink and touches nothing of another name", async () => {
  const other = join(directory(), "other");
  await mkdir(other, { recursive: true });
  await symlink(other, join(directory(), "process-link"));
  const long = new Date(0);
  await utimes(other, long, long);
  await sweepPrivateDirectories(directory());
  expect(await readdir(directory())).toEqual(["other", "process-link"]);
});

it("names the fix when it cannot be made", async () => {
  await mkdir(directory(), { recursive: true });
  await writeFile(join(directory(), "file"), "");
  const made = privateDirectory(join(directory(), "file", "exec"));
  await expect(made).rejects.toMatchObject({
    code: "StoreFailed",
    fix: expect.stringContaining("AGENT_ROLES_CACHE_DIR"),
  });
});

it.skipIf(process.platform === "win32")("refuses a directory that other users can write to", async () => {
  await mkdir(directory(), { recursive: true });
  await chmod(directory(), 0o777);
  await expect(privateDirectory(directory())).rejects.toMatchObject({ code: "StoreFailed" });
});
