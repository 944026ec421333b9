import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parseRoleArn } from "../role-env/index.ts";
import { formatEntry } from "../cache/cache-entry.ts";
import { forgetSessions } from "./forget-sessions.ts";
import { profileDirectory, profileFile } from "./profile-files.ts";
import { entryKey } from "../cache/session-cache.ts";

const NOW = new Date("2026-01-01T00:00:00Z");

function entry(arn: string): string {
  const role = parseRoleArn(arn);
  if (!role) throw new Error(`${arn} is not a role ARN`);
  return formatEntry(entryKey("key AKIAEXAMPLE", { role }, { roleEnv: {}, env: {} }), {});
}

it("removes the sessions of the given roles alone, and survives any other file", async () => {
  const directory = await mkdtemp(join(tmpdir(), "forget-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "a.json"), entry("arn:aws:iam::123456789012:role/R"));
  await writeFile(join(directory, "b.json"), entry("arn:aws:iam::123456789012:role/R2"));
  await writeFile(join(directory, "c.json"), "{");
  await writeFile(join(directory, "d.lock"), entry("arn:aws:iam::123456789012:role/R"));
  const env = { AGENT_ROLES_CACHE_DIR: directory };
  expect(await forgetSessions(["arn:aws:iam::123456789012:role/R"], NOW, env)).toBe(1);
  expect((await readdir(directory)).toSorted((a, b) => a.localeCompare(b))).toEqual([
    expect.stringMatching(/^[\da-f]{16}\.revoked$/),
    "b.json",
    "c.json",
    "d.lock",
  ]);
});

it("removes the files that process profiles of these roles print", async () => {
  const cache = await mkdtemp(join(tmpdir(), "forget-"));
  onTestFinished(() => rm(cache, { recursive: true }));
  const env = { AGENT_ROLES_CACHE_DIR: cache };
  const directory = profileDirectory(env);
  await mkdir(directory, { recursive: true });
  for (const [profile, role] of [
    ["Mine", "R"],
    ["Other", "R2"],
  ] as const) {
    await writeFile(
      profileFile(directory, profile),
      JSON.stringify({ RoleArn: `arn:aws:iam::123456789012:role/${role}` }),
    );
  }
  expect(await forgetSessions(["arn:aws:iam::123456789012:role/R"], NOW, env)).toBe(1);
  expect(await readdir(directory)).toHaveLength(1);
});

it("removes nothing where there is no cache", async () => {
  expect(
    await forgetSessions(["arn:aws:iam::123456789012:role/R"], NOW, { AGENT_ROLES_CACHE_DIR: "/nowhere/at/all" }),
  ).toBe(0);
});
