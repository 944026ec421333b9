import { execFileSync } from "node:child_process";
import {
  appendFile,
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ago, credentials, target } from "../fixtures.test-helper.ts";
import type { StoredCredentials } from "./credential-store.ts";
import { readSharedProfiles } from "./read-shared-profiles.ts";
import { sharedCredentialsStore } from "./shared-credentials-store.ts";
import { type TestHome, testHome } from "./shared-files.test-helper.ts";
import { storeContract } from "./store-contract.test-helper.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
let home: string;
let env: TestHome["env"];
let file: TestHome["file"];
let text: TestHome["text"];
let given: TestHome["given"];
let parsed: TestHome["parsed"];
let close: TestHome["close"];

beforeEach(async () => {
  ({ home, env, file, text, given, parsed, close } = await testHome());
});
afterEach(() => close());

const entry = (profile: string, region?: string, serial = ""): StoredCredentials => ({
  target: target(profile, region ? { region } : {}),
  credentials: credentials(profile + serial, NOW),
});
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

storeContract("sharedCredentialsStore", async () => {
  const own = await testHome();
  return {
    store: sharedCredentialsStore({ env: own.env }),
    read: async () => (await own.parsed()).credentialsFile,
    expected: ({ credentials: { accessKeyId, secretAccessKey, sessionToken } }) => ({
      aws_access_key_id: accessKeyId,
      aws_secret_access_key: secretAccessKey,
      aws_session_token: sessionToken,
    }),
    version: own.version,
    oneWrite: true,
    addForeign: async (profile) => {
      const content = `[${profile}]\naws_access_key_id = AKIAEXAMPLE\n`;
      await own.given("credentials", content);
      return async () => (await own.text("credentials")).startsWith(content);
    },
    close: own.close,
  };
});

it("writes keys to the credentials file and the Region to the config file, for the owner alone", async () => {
  expect(await sharedCredentialsStore({ env }).put([entry("First", "eu-west-1"), entry("Second")])).toEqual([]);
  expect((await text("credentials")).replaceAll(/ session=\w+ keeper=\S+$/gm, "")).toBe(
    [
      "[First]",
      "# agent-roles: do not edit; role=arn:aws:iam::123456789013:role/agent-roles/FirstRole issued=2026-01-01T00:00:00.000Z expiration=2026-01-01T01:00:00.000Z",
      "aws_access_key_id = ASIAFirstEXAMPLE",
      "aws_secret_access_key = secret-of-First",
      "aws_session_token = token/of+First==",
      "",
      "[Second]",
      "# agent-roles: do not edit; role=arn:aws:iam::123456789013:role/agent-roles/SecondRole issued=2026-01-01T00:00:00.000Z expiration=2026-01-01T01:00:00.000Z",
      "aws_access_key_id = ASIASecondEXAMPLE",
      "aws_secret_access_key = secret-of-Second",
      "aws_session_token = token/of+Second==",
      "",
    ].join("\n"),
  );
  expect(await text("config")).toContain("[profile First]\n# agent-roles: do not edit; role=");
  expect(await text("config")).not.toContain("Second");
  expect([await modeOf(join(home, ".aws")), await modeOf(file("credentials")), await modeOf(file("config"))]).toEqual([
    "700",
    "600",
    "600",
  ]);
  expect((await readdir(join(home, ".aws"))).toSorted()).toEqual(["config", "credentials"]);
});

it("honours AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE", async () => {
  const paths = { AWS_SHARED_CREDENTIALS_FILE: join(home, "deep/er/c"), AWS_CONFIG_FILE: join(home, "f") };
  await sharedCredentialsStore({ env: paths }).put([entry("First", "eu-west-1")]);
  expect((await readdir(home)).toSorted()).toEqual(["deep", "f"]);
});

it("replaces only its own sections, keeps foreign bytes that are no text, and narrows the mode", async () => {
  const foreign = Buffer.concat([
    Buffer.from("# caf\u00e9\n[work]\nname = "),
    Buffer.from([0xff, 0xfe, 0x00]),
    Buffer.from("\n"),
  ]);
  await given("credentials", foreign, 0o644);
  const store = sharedCredentialsStore({ env });
  await store.put([entry("First")]);
  await store.put([entry("First", undefined, "again")]);
  const written = await readFile(file("credentials"));
  expect(written.subarray(0, foreign.length)).toEqual(foreign);
  expect(written.toString()).toContain("ASIAFirstagainEXAMPLE");
  expect(written.toString()).not.toContain("ASIAFirstEXAMPLE");
  expect(await modeOf(file("credentials"))).toBe("600");
});

it("takes the Region away again when the role has none", async () => {
  const store = sharedCredentialsStore({ env });
  await given("config", "[default]\nregion = us-east-1\n", 0o644);
  await store.put([entry("First", "eu-west-1")]);
  await store.put([entry("First")]);
  expect((await text("config")).trimEnd()).toBe("[default]\nregion = us-east-1");
  expect(await modeOf(file("config"))).toBe("644");
});

it.each([
  ["credentials", "[Other]\nx = 1\n\n[First]\naws_access_key_id = AKIAEXAMPLE\n", "credentials:4"],
  ["config", "[profile First]\nrole_arn = arn:aws:iam::123456789012:role/other\n", "config:1"],
])("refuses a foreign profile in the %s file by file and line, and stores the others", async (name, content, place) => {
  await given(name, content);
  const refused = await sharedCredentialsStore({ env }).put([entry("First"), entry("Second")]);
  expect(refused).toMatchObject([{ target: { profile: "First" }, error: { code: "ForeignProfile" } }]);
  expect(refused[0]?.error.message).toContain(place);
  expect(await text(name)).toContain(content);
  expect((await readSharedProfiles(env)).managed.map(({ profile }) => profile)).toEqual(["Second"]);
});

it("goes on with a profile that got a Region by aws configure set, and leaves that section alone", async () => {
  const store = sharedCredentialsStore({ env });
  const content = "[profile First]\nregion = eu-west-1\ns3 =\n  addressing_style = path\n";
  await store.put([entry("First")]);
  await given("config", content);
  expect(await store.put([entry("First", undefined, "again")])).toEqual([]);
  expect(await text("credentials")).toContain("ASIAFirstagainEXAMPLE");
  expect((await readSharedProfiles(env)).foreign.size).toBe(0);
  // A second section of that name would make the file unreadable to botocore.
  expect(await store.put([entry("First", "eu-north-1")])).toMatchObject([{ error: { code: "ForeignProfile" } }]);
  await store.remove(["First"]);
  expect(await text("config")).toBe(content);
});

it.each(["role_arn = x", "  ROLE_ARN = x", "credential_process = x", "sso_session: x", "aws_access_key_id = x"])(
  "refuses a profile whose section in the config file has a %j, and offers it again",
  async (setting) => {
    const store = sharedCredentialsStore({ env });
    await store.put([entry("First")]);
    await given("config", `[profile First]\nregion = eu-west-1\n${setting}\n`);
    const refused = await store.put([entry("First", undefined, "again")]);
    expect(refused).toMatchObject([{ error: { code: "ForeignProfile", retryable: true } }]);
  },
);

it("replaces another tool's profile with adopt, says so without values, and keeps private copies of the files", async () => {
  const files = {
    credentials: "[First]\naws_access_key_id = AKIAEXAMPLE\n",
    config: "[profile First]\nrole_arn = arn:aws:iam::123456789012:role/other\n",
  };
  await given("credentials", files.credentials, 0o644);
  await given("config", files.config, 0o644);
  const adopted: string[] = [];
  const store = sharedCredentialsStore({ env, adopt: true, onAdopted: (message) => adopted.push(message) });
  expect(await store.put([entry("First")])).toEqual([]);
  expect(await text("credentials")).not.toContain("AKIAEXAMPLE");
  expect(await text("config")).not.toContain("role_arn");
  expect(adopted).toHaveLength(2);
  for (const [index, name] of (["config", "credentials"] as const).entries()) {
    const [, copy = ""] = /: replaced \[.*First\], .* a copy of the file is (\S+)$/.exec(adopted[index] ?? "") ?? [];
    expect(adopted[index]).not.toMatch(/AKIA|role\/other/);
    expect(await readFile(copy, "utf8")).toBe(files[name]);
    expect((await lstat(copy)).mode & 0o777).toBe(0o600);
  }
  await store.put([entry("First", undefined, "again")]);
  expect(adopted).toHaveLength(2);
});

it("follows a symlink and leaves it one", async () => {
  await given("real", "[work]\nx = 1\n");
  await symlink(file("real"), file("credentials"));
  await sharedCredentialsStore({ env }).put([entry("First")]);
  expect((await lstat(file("credentials"))).isSymbolicLink()).toBe(true);
  expect(await text("real")).toContain("[First]");
});

it("refuses files that a symlink makes one, and does not wait for its own lock", async () => {
  await given("config", "[default]\nregion = us-east-1\n");
  await symlink("config", file("credentials"));
  const failure = sharedCredentialsStore({ env }).put([entry("First")]);
  await expect(failure).rejects.toThrow(`${file("config")} is both the credentials file and the config file`);
});

it("loses nothing when many writers come at once", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `P${index}`);
  await Promise.all(names.map((name) => sharedCredentialsStore({ env }).put([entry(name, "eu-west-1")])));
  expect((await readSharedProfiles(env)).managed.map(({ profile }) => profile).toSorted()).toEqual(names.toSorted());
});

it("reads back what it wrote", async () => {
  const { target: role, credentials: stored } = entry("First");
  await sharedCredentialsStore({ env, keeper: "me" }).put([{ target: role, credentials: stored }]);
  expect((await readSharedProfiles(env)).managed).toEqual([
    { profile: "First", access: "full", roleArn: role.role.arn, credentials: stored, clockOffsetMs: 0, keeper: "me" },
  ]);
});

it("shows a profile whose marker was edited as foreign, and no profile where there is no file", async () => {
  expect((await readSharedProfiles(env)).managed).toEqual([]);
  await given("credentials", "[First]\n# agent-roles: whatever\naws_access_key_id = ASIAEXAMPLE\n");
  expect((await readSharedProfiles(env)).managed).toEqual([]);
});

it.each(["credentials", "config"])("names the %s file when that one cannot be read", async (name) => {
  await mkdir(file(name), { recursive: true });
  await expect(readSharedProfiles(env)).rejects.toThrow(`${file(name)} is not a regular file`);
});

it("says what to do when a file is in the place of the directory", async () => {
  await writeFile(join(home, ".aws"), "");
  const failure = sharedCredentialsStore({ env }).put([entry("First")]);
  await expect(failure).rejects.toMatchObject({ code: "StoreFailed", message: expect.stringContaining(".aws") });
});

it.skipIf(process.platform === "win32").each(["credentials", "config"])(
  "neither waits for a pipe in the place of the %s file, nor replaces it",
  async (name) => {
    await given("other", "");
    execFileSync("mkfifo", [file(name)]);
    const failure = { code: "StoreFailed", message: expect.stringContaining(`.aws/${name} is not a regular file`) };
    await expect(sharedCredentialsStore({ env }).put([entry("First", "eu-west-1")])).rejects.toMatchObject(failure);
    await expect(readSharedProfiles(env)).rejects.toMatchObject(failure);
    expect((await readdir(join(home, ".aws"))).toSorted()).toEqual([name, "other"].toSorted());
  },
);

it.runIf(process.geteuid?.() === 0)("takes /dev/null for no file, and never replaces it", async () => {
  await given("other", "");
  execFileSync("mknod", [file("null"), "c", "1", "3"]);
  const write = (device: string, region?: string) =>
    sharedCredentialsStore({ env: { ...env, [device]: file("null") } }).put([entry("First", region)]);
  await expect(write("AWS_CONFIG_FILE", "eu-west-1")).rejects.toMatchObject({
    fix: expect.stringContaining("regular"),
  });
  await expect(write("AWS_SHARED_CREDENTIALS_FILE")).rejects.toMatchObject({ code: "StoreFailed" });
  expect((await stat(file("null"))).isCharacterDevice()).toBe(true);
  expect(await write("AWS_CONFIG_FILE")).toEqual([]);
  expect((await readSharedProfiles({ ...env, AWS_CONFIG_FILE: file("null") })).managed).toHaveLength(1);
});

it("says what to do in a directory that may not be written, and changes nothing", async () => {
  await given("credentials", "[work]\nx = 1\n");
  await chmod(join(home, ".aws"), 0o500);
  const writing = asNobody(() => sharedCredentialsStore({ env }).put([entry("First")]));
  const failure: unknown = await writing.catch((error: unknown) => error);
  await chmod(join(home, ".aws"), 0o700);
  expect(failure).toMatchObject({ code: "StoreFailed", retryable: true, fix: expect.stringContaining("writable") });
  expect(await text("credentials")).toBe("[work]\nx = 1\n");
  expect(await readdir(join(home, ".aws"))).toEqual(["credentials"]);
});

/** Nothing is forbidden to root: its tests act as somebody else. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  for (const path of [home, join(home, ".aws"), file("credentials")]) await chown(path, 65_534, 65_534);
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

it("keeps what another program adds between the reading and the writing", async () => {
  await given("credentials", `[work]\nx = ${"y".repeat(20_000_000)}\n`);
  const state = { written: false };
  const done = sharedCredentialsStore({ env })
    .put([entry("First")])
    .finally(() => {
      state.written = true;
    });
  // The temporary file is there: the store has read, and is about to write.
  while (!state.written && !(await readdir(join(home, ".aws"))).some((name) => name.endsWith(".tmp"))) {
    await setImmediate();
  }
  await appendFile(file("credentials"), "[late]\nz = 1\n");
  expect(await done).toEqual([]);
  const { credentialsFile } = await parsed();
  expect(Object.keys(credentialsFile).toSorted()).toEqual(["First", "late", "work"]);
});

it("cleans up what a killed writer left, and only that", async () => {
  await given("credentials.0123456789ab.tmp", "half");
  await given("credentials.ba9876543210.tmp", "being written");
  await given("credentials.backup.tmp", "mine");
  const long = ago(11);
  await utimes(file("credentials.0123456789ab.tmp"), long, long);
  await utimes(file("credentials.backup.tmp"), long, long);
  await sharedCredentialsStore({ env }).put([entry("First")]);
  expect((await readdir(join(home, ".aws"))).toSorted()).toEqual([
    "credentials",
    "credentials.ba9876543210.tmp",
    "credentials.backup.tmp",
  ]);
});
