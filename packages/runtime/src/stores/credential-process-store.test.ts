import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { credentials, target } from "../fixtures.test-helper.ts";
import type { StoredCredentials } from "./credential-store.ts";
import { credentialProcessStore } from "./credential-process-store.ts";
import { sharedCredentialsStore } from "./shared-credentials-store.ts";
import { type TestHome, testHome } from "./shared-files.test-helper.ts";
import { storeContract } from "./store-contract.test-helper.ts";

const COMMAND = ["/opt/my node/bin/node", "/opt/agent-roles.js", "credential-process"];
const AS_TEXT = "'/opt/my node/bin/node' /opt/agent-roles.js credential-process";

const entry = (profile: string, serial = "", region = "eu-west-1"): StoredCredentials => ({
  target: target(profile, { region }),
  credentials: credentials(profile + serial, 0),
});

storeContract("credentialProcessStore", async () => {
  const own = await testHome();
  return {
    store: credentialProcessStore({ env: own.env, command: COMMAND }),
    read: async () => (await own.parsed()).configFile,
    expected: ({ target: { profile, region } }) => ({
      credential_process: `${AS_TEXT} --profile ${profile}`,
      region,
    }),
    version: own.version,
    oneWrite: true,
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

it("writes a profile once, not its credentials, and nothing when they rotate", async () => {
  const store = credentialProcessStore({ env: place.env, command: COMMAND });
  await store.put([entry("First")]);
  expect((await place.text("config")).replaceAll(/ session=\w+ keeper=\S+$/gm, "")).toBe(
    "[profile First]\n" +
      "# agent-roles: do not edit; role=arn:aws:iam::123456789013:role/agent-roles/FirstRole\n" +
      `credential_process = ${AS_TEXT} --profile First\n` +
      "region = eu-west-1\n",
  );
  const version = await place.version();
  await store.put([entry("First", "rotated")]);
  expect(await place.version()).toBe(version);
  expect(await readdir(`${place.home}/.aws`)).toEqual(["config"]);
});

it("never leaves keys and a process for one profile, whichever came first", async () => {
  await place.given("credentials", "[work]\naws_access_key_id = AKIAEXAMPLE\n");
  const stores = [
    sharedCredentialsStore({ env: place.env }),
    credentialProcessStore({ env: place.env, command: COMMAND }),
  ];
  await stores[0]?.put([entry("First"), entry("Second")]);
  for (const [index, store] of [...stores.entries(), ...stores.entries()]) {
    await store.put([entry("First")]);
    const { configFile, credentialsFile } = await place.parsed();
    expect("credential_process" in (configFile["First"] ?? {})).toBe(index === 1);
    expect("First" in credentialsFile).toBe(index === 0);
    expect(credentialsFile).toMatchObject({ work: { aws_access_key_id: "AKIAEXAMPLE" }, Second: {} });
  }
});

it("refuses a profile that somebody else keeps keys for, by file and line", async () => {
  await place.given("credentials", "\n[First]\naws_access_key_id = AKIAEXAMPLE\n");
  const refused = await credentialProcessStore({ env: place.env, command: COMMAND }).put([entry("First")]);
  expect(refused).toMatchObject([{ error: { code: "ForeignProfile" } }]);
  expect(refused[0]?.error.message).toContain("credentials:2");
});

it("reports at once what is wrong with the command", () => {
  const { env } = place;
  expect(() => credentialProcessStore({ env, command: ["node", "agent-roles.js"] })).toThrow(
    'credential_process: "node" is no absolute path',
  );
  expect(() => credentialProcessStore({ env, command: ["/bin/node", "a\nb"] })).toThrow("no AWS config file can hold");
});
