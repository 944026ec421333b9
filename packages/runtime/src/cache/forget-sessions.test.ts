import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { forgetSessions } from "./forget-sessions.ts";

function entry(arn: string): string {
  return JSON.stringify({ version: 1, key: JSON.stringify([arn, null]) });
}

it("removes the sessions of the given roles alone, and survives any other file", async () => {
  const directory = await mkdtemp(join(tmpdir(), "forget-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "a.json"), entry("arn:aws:iam::123456789012:role/R"));
  await writeFile(join(directory, "b.json"), entry("arn:aws:iam::123456789012:role/R2"));
  await writeFile(join(directory, "c.json"), "{");
  await writeFile(join(directory, "d.lock"), entry("arn:aws:iam::123456789012:role/R"));
  const env = { AGENT_ROLES_CACHE_DIR: directory };
  expect(await forgetSessions(["arn:aws:iam::123456789012:role/R"], env)).toBe(1);
  expect((await readdir(directory)).toSorted((a, b) => a.localeCompare(b))).toEqual(["b.json", "c.json", "d.lock"]);
});

it("removes nothing where there is no cache", async () => {
  expect(await forgetSessions(["arn:aws:iam::123456789012:role/R"], { AGENT_ROLES_CACHE_DIR: "/nowhere/at/all" })).toBe(
    0,
  );
});
