import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withFileLock } from "./shared-file-lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-roles-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const long = (seconds: number): Date => new Date(Date.now() - seconds * 1_000);

it("lets one in at a time, and leaves nothing", async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      withFileLock(join(folder, "file"), async () => {
        inside += 1;
        most = Math.max(most, inside);
        await setImmediate();
        inside -= 1;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it("takes over the lock of a writer that was killed, one in at a time also then", async () => {
  await writeFile(join(folder, "file.lock"), "");
  await utimes(join(folder, "file.lock"), long(11), long(11));
  const order: string[] = [];
  const enter = (name: string) =>
    withFileLock(join(folder, "file"), async () => {
      order.push(`${name} in`);
      await setImmediate();
      order.push(`${name} out`);
    });
  await Promise.all([enter("a"), enter("b"), enter("c")]);
  expect(order.filter((_, index) => index % 2 === 0).every((entry) => entry.endsWith("in"))).toBe(true);
  expect(order).toHaveLength(6);
  expect(await readdir(folder)).toEqual([]);
});

it("lets go when the work fails", async () => {
  const path = join(folder, "file");
  await expect(withFileLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withFileLock(path, async () => "yes")).toBe("yes");
});
