import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { credentials, target } from "../fixtures.test-helper.ts";
import type { StoredCredentials } from "./credential-store.ts";
import { configureProfiles } from "./configure-profiles.ts";
import { sharedCredentialsStore } from "./shared-credentials-store.ts";
import { profileStore } from "./profile-store.ts";
import { type TestHome, testHome } from "./shared-files.test-helper.ts";

const COMMAND = ["/opt/my node/bin/node", "/opt/agent-roles.js", "credential-process"];
const AS_TEXT = "'/opt/my node/bin/node' /opt/agent-roles.js credential-process";

const entry = (profile: string, serial = "", region = "eu-west-1"): StoredCredentials => ({
  target: target(profile, { region }),
  credentials: credentials(profile + serial, 0),
});

let place: TestHome;
beforeEach(async () => {
  place = await testHome();
});
afterEach(() => place.close());

/** Configures these profiles in the test's home. */
function configure(profiles: readonly string[], command: readonly string[] = COMMAND) {
  return configureProfiles(
    profiles.map((profile) => entry(profile).target),
    { env: place.env, command },
  );
}

/** The section of a profile, without who keeps it. */
const sectionOf = (profile: string): string =>
  `[profile ${profile}]\n` +
  `# agent-roles: do not edit; role=arn:aws:iam::123456789013:role/agent-roles/${profile}Role\n` +
  `credential_process = ${AS_TEXT} --profile ${profile}\n` +
  "region = eu-west-1\n";

it("writes profiles that run the command, and nothing when they are there", async () => {
  expect(await configure(["First", "Second"])).toEqual([]);
  expect((await place.text("config")).replaceAll(/ session=\w+ keeper=\S+$/gm, "")).toBe(
    `${sectionOf("First")}\n${sectionOf("Second")}`,
  );
  const version = await place.version();
  await configure(["First", "Second"]);
  expect(await place.version()).toBe(version);
  expect(await readdir(`${place.home}/.aws`)).toEqual(["config"]);
});

it("leaves neither keys nor a file of a profile that it configures, and nothing of itself when they come back", async () => {
  await place.given("credentials", "[work]\naws_access_key_id = AKIAEXAMPLE\n");
  for (const store of [sharedCredentialsStore({ env: place.env }), profileStore({ env: place.env })]) {
    await store.put([entry("First"), entry("Second")]);
    await configure(["First"]);
    const { configFile, credentialsFile } = await place.parsed();
    expect(configFile["First"]).toEqual({ credential_process: `${AS_TEXT} --profile First`, region: "eu-west-1" });
    expect(Object.keys(credentialsFile)).not.toContain("First");
    expect(credentialsFile).toMatchObject({ work: { aws_access_key_id: "AKIAEXAMPLE" } });
    expect(await readdir(`${place.home}/.aws/agent-roles/profiles`).catch(() => [])).not.toContain("First.json");
    await store.put([entry("First")]);
    expect(await place.text("config")).not.toContain(AS_TEXT);
  }
});

it("refuses a profile that another tool wrote, by file and line, and configures the others", async () => {
  await place.given("credentials", "\n[First]\naws_access_key_id = AKIAEXAMPLE\n");
  const refused = await configure(["First", "Second"]);
  expect(refused).toMatchObject([{ target: { profile: "First" }, error: { code: "ForeignProfile" } }]);
  expect(refused[0]?.error.message).toContain("credentials:2");
  expect(Object.keys((await place.parsed()).configFile)).toEqual(["Second"]);
});

it("reports a command that no config file can hold", async () => {
  await expect(configure(["First"], ["node", "agent-roles.js"])).rejects.toThrow(
    'credential_process: "node" is not an absolute path',
  );
  await expect(configure(["First"], ["/bin/node", "a\nb"])).rejects.toThrow("no AWS config file can hold");
});
