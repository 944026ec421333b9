import { afterEach, beforeEach, expect, it } from "vitest";
import { processIdentity } from "../files/process-identity.ts";
import { credentials, target } from "../fixtures.test-helper.ts";
import type { TargetRole } from "../role-env/index.ts";
import { configureProfiles } from "./configure-profiles.ts";
import type { CredentialStore } from "./credential-store.ts";
import { profileProblem } from "./profile-problem.ts";
import { profileStore } from "./profile-store.ts";
import { readSharedProfiles } from "./read-shared-profiles.ts";
import { sharedCredentialsStore } from "./shared-credentials-store.ts";
import type { SharedFilesOptions } from "./shared-files-store.ts";
import { type TestHome, testHome } from "./shared-files.test-helper.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const FIRST = target("First");
/** The same profile for a role of another account. */
const OTHER: TargetRole = { ...target("Other"), profile: "First" };

let place: TestHome;
let alive: string;
let ended: string;
let elsewhere: string;
beforeEach(async () => {
  place = await testHome();
  alive = `${await processIdentity()} another`;
  ended = alive.replace(/^\d+/, "999999999");
  elsewhere = alive.replace(" on ", " on another-");
});
afterEach(() => place.close());

/** The code and message of the problem, some minutes after an hour's credentials of this role were stored. */
async function problem(store: CredentialStore, stored: TargetRole, minutes: number): Promise<string | undefined> {
  await store.put([{ target: stored, credentials: credentials("First", NOW) }]);
  const error = await profileProblem(FIRST, await readSharedProfiles(place.env), NOW + minutes * 60_000);
  return error && `${error.code}: ${error.message} ${error.fix}`;
}

const START = "Start agent-roles run, and keep it running.";

it.each([
  ["profiles that print a file", profileStore],
  ["keys", sharedCredentialsStore],
])("finds what stops a profile from giving its role: %s", async (_, open) => {
  const store = (options: SharedFilesOptions): CredentialStore => open({ env: place.env, adopt: true, ...options });
  expect(await problem(store({ keeper: alive }), FIRST, 30)).toBeUndefined();
  expect(await problem(store({ keeper: elsewhere }), FIRST, 30)).toBeUndefined();
  expect(await problem(store({ once: true }), FIRST, 30)).toBeUndefined();
  expect(await problem(store({ keeper: ended }), FIRST, 30)).toMatch(
    /^ProfileNotKept: First: its credentials expire at 2026-01-01T01:00:00.000Z; process 999999999 on .*ended Start/,
  );
  expect(await problem(store({ keeper: ended }), FIRST, 60)).toMatch(/^ProfileExpired: .* has ended Start/);
  expect(await problem(store({ once: true }), FIRST, 60)).toBe(
    `ProfileExpired: First: its credentials expired at 2026-01-01T01:00:00.000Z ${START}`,
  );
  expect(await problem(store({ keeper: alive }), FIRST, 60)).toMatch(
    /^ProfileExpired: .* See the output of process \d+/,
  );
  expect(await problem(store({ keeper: alive }), OTHER, 30)).toMatch(/^ProfileInUse: First: agent-roles process/);
  expect(await problem(store({ keeper: elsewhere }), OTHER, 30)).toMatch(/^ProfileInUse: /);
  expect(await problem(store({ keeper: ended }), OTHER, 30)).toMatch(
    /^ProfileNotKept: First: its credentials are of arn:\S+OtherRole; process .* has ended Start/,
  );
  expect(await problem(store({ once: true }), OTHER, 30)).toMatch(/^ProfileNotKept: .*OtherRole Start/);
});

it("finds nothing against a profile that is not written, or that calls credential-process", async () => {
  const found = async () => profileProblem(FIRST, await readSharedProfiles(place.env), NOW);
  expect(await found()).toBeUndefined();
  const command = [process.execPath, "agent-roles", "credential-process"];
  await configureProfiles([FIRST], { env: place.env, command, keeper: ended });
  expect(await found()).toBeUndefined();
});

it("names the place of a profile that another tool wrote", async () => {
  await place.given("config", "[profile First]\nsso_session = mine\n");
  expect(await profileProblem(FIRST, await readSharedProfiles(place.env), NOW)).toMatchObject({
    code: "ForeignProfile",
    message: expect.stringContaining("config:1"),
  });
});

it("lets another process have a profile that was written once", async () => {
  const once = profileStore({ env: place.env, once: true });
  await once.put([{ target: OTHER, credentials: credentials("First", NOW) }]);
  expect(await problem(profileStore({ env: place.env, keeper: alive }), FIRST, 30)).toBeUndefined();
});
