import { exec, execFileSync } from "node:child_process";
import { chmod, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";
import { processIdentity } from "../files/process-identity.ts";
import { credentials, target } from "../fixtures.test-helper.ts";
import type { StoredCredentials } from "./credential-store.ts";
import { fileName, profileFile } from "./profile-files.ts";
import { profileStore } from "./profile-store.ts";
import { readSharedProfiles } from "./read-shared-profiles.ts";
import { sharedCredentialsStore } from "./shared-credentials-store.ts";
import { type TestHome, testHome } from "./shared-files.test-helper.ts";
import { storeContract } from "./store-contract.test-helper.ts";

const ISSUED_AT = Date.parse("2026-01-01T00:00:00Z");
const entry = (profile: string, serial = ""): StoredCredentials => ({
  target: { ...target("First", { region: "eu-west-1" }), profile },
  credentials: credentials(`First${serial}`, ISSUED_AT),
});

/** The file that a profile's process prints. */
const fileOf = (command = ""): string => /^cat "([^"]+)"$/.exec(command)?.[1] ?? "";

storeContract("profileStore", async () => {
  const own = await testHome();
  return {
    store: profileStore({ env: own.env }),
    read: async () => {
      const { configFile } = await own.parsed();
      const profiles = await Promise.all(
        Object.entries(configFile).map(async ([profile, { credential_process: command }]) => {
          const text = await readFile(fileOf(command), "utf8").catch(() => "{}");
          const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(text);
          return [profile, { AccessKeyId, SecretAccessKey, SessionToken }];
        }),
      );
      return Object.fromEntries(profiles);
    },
    expected: ({ credentials: { accessKeyId, secretAccessKey, sessionToken } }) => ({
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    }),
    version: async () => {
      const directory = `${own.home}/.aws/agent-roles/profiles`;
      const files = await readdir(directory);
      const stats = await Promise.all(files.map((file) => stat(`${directory}/${file}`)));
      return `${await own.version()} ${stats.map(({ ino, mtimeMs }, index) => `${files[index]} ${ino} ${mtimeMs}`).join()}`;
    },
    oneWrite: false,
    addForeign: async (profile) => {
      const content = `[profile ${profile}]\nrole_arn = arn:aws:iam::123456789012:role/other\n`;
      await own.given("config", content);
      return async () => (await own.text("config")).startsWith(content);
    },
    close: own.close,
  };
});

let place: TestHome;
beforeEach(async () => {
  place = await testHome();
});
afterEach(() => place.close());

/** What a profile's file has. */
const PRINTED = {
  Version: 1,
  AccessKeyId: "ASIAFirstEXAMPLE",
  SecretAccessKey: "secret-of-First",
  SessionToken: "token/of+First==",
  Expiration: "2026-01-01T01:00:00.000Z",
  RoleArn: "arn:aws:iam::123456789013:role/agent-roles/FirstRole",
  IssuedAt: "2026-01-01T00:00:00.000Z",
};

const file = (profile: string): string => profileFile(`${place.home}/.aws/agent-roles/profiles`, profile);
const run = async (command: string): Promise<string> => (await promisify(exec)(command)).stdout;

it("writes the expiration as this machine's wrong clock will show it, and reads AWS's back", async () => {
  const store = profileStore({ env: place.env });
  const { expiration } = entry("First").credentials;
  const readBack = async () => (await readSharedProfiles(place.env)).managed[0];
  for (const clockOffsetMs of [-7_200_000, 3_600_000, 0]) {
    await store.put([entry("First")], { clockOffsetMs });
    const { Expiration } = JSON.parse(await readFile(file("First"), "utf8"));
    expect(Date.parse(Expiration)).toBe(expiration.getTime() - clockOffsetMs);
    expect(await readBack()).toMatchObject({ clockOffsetMs, credentials: { expiration } });
  }
});

it("writes a file that a shell prints, for its owner alone, and leaves the config when credentials rotate", async () => {
  const store = profileStore({ env: place.env });
  await store.put([entry("First")]);
  expect((await place.text("config")).replaceAll(/ session=\w+ keeper=\S+$/gm, "")).toBe(
    "[profile First]\n" +
      "# agent-roles: do not edit; role=arn:aws:iam::123456789013:role/agent-roles/FirstRole\n" +
      `credential_process = cat "${file("First")}"\n` +
      "region = eu-west-1\n",
  );
  const version = await place.version();
  await store.put([entry("First", "rotated")]);
  expect(await place.version()).toBe(version);
  const { configFile } = await place.parsed();
  expect(JSON.parse(await run(configFile["First"]?.["credential_process"] ?? ""))).toEqual({
    Version: 1,
    AccessKeyId: "ASIAFirstrotatedEXAMPLE",
    SecretAccessKey: "secret-of-Firstrotated",
    SessionToken: "token/of+Firstrotated==",
    Expiration: "2026-01-01T01:00:00.000Z",
    AccountId: "123456789013",
    RoleArn: "arn:aws:iam::123456789013:role/agent-roles/FirstRole",
    Region: "eu-west-1",
    IssuedAt: "2026-01-01T00:00:00.000Z",
  });
  expect((await stat(file("First"))).mode & 0o777).toBe(0o600);
  expect((await stat(`${place.home}/.aws/agent-roles/profiles`)).mode & 0o777).toBe(0o700);
});

it.runIf(process.platform !== "win32").each<readonly [string, (path: string) => Promise<unknown>]>([
  ["a pipe without a writer", async (path) => execFileSync("mkfifo", [path])],
  ["a symlink to a device", (path) => symlink("/dev/zero", path)],
  ["a symlink to itself", (path) => symlink(path, path)],
  [
    "a symlink to the file of another profile",
    async (path) => {
      await writeFile(`${place.home}/other.json`, JSON.stringify({ ...PRINTED, AccessKeyId: "ASIAOTHEREXAMPLE" }));
      await symlink(`${place.home}/other.json`, path);
    },
  ],
  ["a sparse file of two gigabytes", (path) => writeFile(path, "").then(() => truncate(path, 2 ** 31))],
])("reads nothing from %s at a profile's name, and replaces it", async (_, make) => {
  const store = profileStore({ env: place.env });
  await store.put([entry("First")]);
  await rm(file("First"));
  await make(file("First"));
  expect((await readSharedProfiles(place.env)).managed).toEqual([]);
  await store.put([entry("First", "rotated")]);
  expect(JSON.parse(await readFile(file("First"), "utf8"))).toMatchObject({ AccessKeyId: "ASIAFirstrotatedEXAMPLE" });
});

it("removes the file and the section of a removed role", async () => {
  const store = profileStore({ env: place.env });
  await store.put([entry("First"), entry("Second")]);
  await store.remove(["First"]);
  expect(await readdir(`${place.home}/.aws/agent-roles/profiles`)).toEqual(["Second.json"]);
  expect(Object.keys((await place.parsed()).configFile)).toEqual(["Second"]);
});

it("leaves no file when the profile gets keys, and no keys when it comes back", async () => {
  await profileStore({ env: place.env }).put([entry("First"), entry("Second")]);
  await sharedCredentialsStore({ env: place.env }).put([entry("First")]);
  expect(await readdir(`${place.home}/.aws/agent-roles/profiles`)).toEqual(["Second.json"]);
  expect((await place.parsed()).configFile["First"]).toEqual({ region: "eu-west-1" });
  await profileStore({ env: place.env }).put([entry("First", "again")]);
  const { configFile, credentialsFile } = await place.parsed();
  expect(configFile["First"]).toEqual({ credential_process: `cat "${file("First")}"`, region: "eu-west-1" });
  expect(credentialsFile).toEqual({});
});

it("gives the file of a profile that it is refused to nobody, and never touches one that is there", async () => {
  await profileStore({ env: place.env }).put([entry("First")]);
  await place.given("config", "[profile First]\nregion = x\n[profile Second]\nregion = x\n");
  const before = await readFile(file("First"), "utf8");
  const refused = await profileStore({ env: place.env }).put([entry("First", "2"), entry("Second", "2")]);
  expect(refused.map(({ target: { profile } }) => profile)).toEqual(["First", "Second"]);
  expect(await readFile(file("First"), "utf8")).toBe(before);
  expect(await readdir(`${place.home}/.aws/agent-roles/profiles`)).toEqual(["First.json"]);
});

it("gives every profile name a file of its own, below the directory", async () => {
  const names = ["a/b", "a%b", "a%2Fb", "..", "../x", "@x+y.z-1", "A/b"];
  await profileStore({ env: place.env }).put(names.map((name) => entry(name)));
  expect(await readdir(`${place.home}/.aws/agent-roles/profiles`)).toHaveLength(names.length);
  const { managed } = await readSharedProfiles(place.env);
  expect(managed.map(({ profile }) => profile).toSorted()).toEqual(names.toSorted());
});

it.each([
  ["AGENT_ROLES_CACHE_DIR", (home: string) => `${home}/my cache`, "my cache"],
  ["AWS_CONFIG_FILE", (home: string) => `${home}/other`, ".aws/agent-roles/cache"],
])("keeps the files of another %s in a directory of their own", async (variable, value, directory) => {
  const env = { ...place.env, [variable]: value(place.home) };
  await profileStore({ env: place.env }).put([entry("First")]);
  // Another home, whose config file has a profile of this name, too.
  const HOME = `${place.home}/second`;
  for (const each of [env, { ...env, HOME, AWS_CONFIG_FILE: `${HOME}/config` }]) {
    await profileStore({ env: each }).put([entry("First", "other")]);
  }
  expect(await readdir(`${place.home}/${directory}/profiles`)).toHaveLength(variable === "AWS_CONFIG_FILE" ? 1 : 2);
  expect(await readFile(file("First"), "utf8")).toContain("ASIAFirst");
});

it("reports a process that something changed as missing, and writes it again; other settings stay", async () => {
  const store = profileStore({ env: place.env });
  await store.put([entry("First"), entry("Second")]);
  const written = await place.text("config");
  await place.given("config", written.replace("First.json", "Second.json").replace("eu-west-1", "eu-central-1"));
  expect(await store.missing?.(0)).toEqual(["First"]);
  await store.put([entry("First")]);
  expect(await place.text("config")).toContain(`"${file("First")}"`);
  await place.given("config", `${await place.text("config")}output = json\n`);
  expect(await store.missing?.(0)).toEqual([]);
});

it("reports a profile as missing whose keys another tool wrote, so that the refusal is reported", async () => {
  const store = profileStore({ env: place.env });
  await store.put([entry("First")]);
  await place.given("credentials", "[First]\naws_access_key_id = AKIAOTHEREXAMPLE\naws_secret_access_key = s\n");
  expect(await store.missing?.(0)).toEqual(["First"]);
  expect(await store.put([entry("First")])).toMatchObject([{ error: { code: "ForeignProfile" } }]);
});

it("reports a file that something removed as missing, and writes it again", async () => {
  const store = profileStore({ env: place.env });
  await store.put([entry("First"), entry("Second")]);
  expect(await store.missing?.(0)).toEqual([]);
  await rm(file("First"));
  expect(await store.missing?.(0)).toEqual(["First"]);
  await store.put([entry("First")]);
  expect(await store.missing?.(0)).toEqual([]);
  await store.remove(["Second"]);
  expect(await store.missing?.(0)).toEqual([]);
});

it("writes what its process rotates while another process wants the profile, too", async () => {
  const me = await processIdentity();
  const [ours, theirs] = ["a", "b"].map((name) => profileStore({ env: place.env, keeper: `${me} ${name}` }));
  await ours?.put([entry("First")]);
  const wanted = { ...target("Second"), profile: "First" };
  await theirs?.put([{ target: wanted, credentials: credentials("Second", ISSUED_AT) }]);
  expect(await ours?.put([entry("First", "rotated")])).toMatchObject([{ error: { code: "ProfileInUse" } }]);
  expect(await readFile(file("First"), "utf8")).toContain("ASIAFirstrotatedEXAMPLE");
});

it.skipIf(process.geteuid?.() === 0)("reports a directory that it cannot write to, with its path", async () => {
  await place.given("x", "");
  await chmod(`${place.home}/.aws`, 0o500);
  await expect(profileStore({ env: place.env }).put([entry("First")])).rejects.toMatchObject({
    code: "StoreFailed",
    message: expect.stringContaining("agent-roles/profiles"),
  });
  await chmod(`${place.home}/.aws`, 0o700);
});

it("reads back what it wrote, and nothing that somebody else changed", async () => {
  await profileStore({ env: place.env, keeper: "me" }).put([entry("First")]);
  expect((await readSharedProfiles(place.env)).managed).toEqual([
    {
      profile: "First",
      keeper: "me",
      access: "full",
      clockOffsetMs: 0,
      roleArn: "arn:aws:iam::123456789013:role/agent-roles/FirstRole",
      credentials: entry("First").credentials,
    },
  ]);
  for (const text of ["", "{", "[]", '{"Version": 1}', '{"AccessKeyId": 1}']) {
    await place.given("agent-roles/profiles/First.json", text);
    expect((await readSharedProfiles(place.env)).managed).toEqual([]);
  }
});

it.each<NodeJS.Platform>(["win32", "darwin"])("keeps profiles apart whose names differ in case on %s", (platform) => {
  const names = ["Prod", "prod", "PROD", "con", "NUL"].map((name) => fileName(name, platform));
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  expect(names.join()).not.toMatch(/\b(con|nul)\.json/i);
});

it("stores a profile whose name is longer than a file's name can be, and the others", async () => {
  const names = ["a", "b"].map((end) => "x".repeat(300) + end);
  await profileStore({ env: place.env }).put([...names, "First"].map((name) => entry(name)));
  expect((await readSharedProfiles(place.env)).managed.map(({ profile }) => profile)).toEqual([...names, "First"]);
});

it("reads back the access level of the credentials, in both forms", async () => {
  const first = entry("First");
  for (const store of [profileStore({ env: place.env }), sharedCredentialsStore({ env: place.env })]) {
    await store.put([{ ...first, target: { ...first.target, access: "view" } }]);
    expect((await readSharedProfiles(place.env)).managed).toMatchObject([{ profile: "First", access: "view" }]);
  }
});

it.each([
  ["sessionToken", "a\nb"],
  ["secretAccessKey", "a\u0000b"],
  ["accessKeyId", "ASIA EXAMPLE"],
])("writes no file of credentials whose %s AWS would not issue", async (field, value) => {
  const { target: of, credentials: good } = entry("First");
  const store = profileStore({ env: place.env });
  await expect(store.put([{ target: of, credentials: { ...good, [field]: value } }])).rejects.toMatchObject({
    code: "StoreFailed",
    message: expect.stringContaining(field),
  });
  await expect(readdir(`${place.home}/.aws/agent-roles/profiles`)).rejects.toMatchObject({ code: "ENOENT" });
});
