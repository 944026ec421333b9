import { appendFileSync } from "node:fs";
import { utimes, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../clock.ts";
import { processIdentity } from "../files/process-identity.ts";
import { ago, credentials, target } from "../fixtures.test-helper.ts";
import type { CredentialStore, StoredCredentials } from "./credential-store.ts";
import { isKeptElsewhere } from "./profile-keepers.ts";
import { profileStore } from "./profile-store.ts";
import { sharedCredentialsStore } from "./shared-credentials-store.ts";
import { type TestHome, testHome } from "./shared-files.test-helper.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
let place: TestHome;
let me: string;
beforeEach(async () => {
  sleeps = 0;
  onSleep = undefined;
  place = await testHome();
  me = await processIdentity();
});
afterEach(() => place.close());

let sleeps = 0;
/** What happens in a pause instead of its time. */
let onSleep: (() => Promise<void>) | undefined;
const clock = (now: number) => ({
  now: () => now,
  sleep: async (ms: number, signal: AbortSignal) => {
    sleeps += 1;
    await (onSleep ?? (() => systemClock.sleep(ms, signal)))();
  },
});
/** One daemon; what follows the identity of a process that is alive does not matter to whether it is. */
const daemon = (name: string, { keeper = `${me} ${name}`, now = NOW, adopt = false } = {}): CredentialStore =>
  sharedCredentialsStore({ env: place.env, keeper, clock: clock(now), adopt });
const entry = (externalId?: string, serial = "A"): StoredCredentials => ({
  target: target("Shared", externalId ? { externalId } : {}),
  credentials: credentials(`Shared${serial}`, NOW),
});
const key = async (): Promise<string | undefined> =>
  /aws_access_key_id = (\S+)/.exec(await place.text("credentials").catch(() => ""))?.[1];

describe("a profile that another live process keeps", () => {
  it("reports who wants a profile of ours, also when another program changes the file before the write", async () => {
    await daemon("a").put([entry()]);
    await daemon("b").put([entry("other-1", "B")]);
    let changes = 0;
    const changed = (): number => {
      if (changes++ === 0) appendFileSync(place.file("credentials"), "# by another program\n");
      return NOW;
    };
    const options = { env: place.env, keeper: `${me} a`, clock: { ...clock(NOW), now: changed } };
    const reports = await sharedCredentialsStore(options).put([entry(undefined, "C")]);
    expect(reports).toMatchObject([{ error: { code: "ProfileInUse", retryable: false } }]);
    expect(await place.text("credentials")).toContain("# by another program");
    expect(changes).toBeGreaterThan(1);
  });

  it("refuses another session of a profile that a live process keeps", async () => {
    await daemon("a").put([entry()]);
    const refused = await daemon("b").put([entry("other-1", "B")]);
    expect(refused).toMatchObject([{ error: { code: "ProfileInUse", retryable: true } }]);
    expect(await key()).toBe("ASIASharedAEXAMPLE");
  });

  it("reports to the keeper of a profile once that another process wanted it, at the next write", async () => {
    const [a, b] = [daemon("a"), daemon("b")];
    await a.put([entry()]);
    await b.put([entry("other-1", "B")]);
    expect(await a.missing?.(0)).toEqual(["Shared"]);
    expect(await a.put([entry()])).toMatchObject([{ error: { code: "ProfileInUse", retryable: false } }]);
    await b.put([entry("other-1", "B")]);
    expect(await a.put([entry()])).toEqual([]);
    expect(await key()).toBe("ASIASharedAEXAMPLE");
  });

  it("does not remove a profile that a live process keeps", async () => {
    await daemon("a").put([entry()]);
    await daemon("b").remove(["Shared"]);
    expect(await key()).toBe("ASIASharedAEXAMPLE");
    await daemon("a").remove(["Shared"]);
    expect(await key()).toBeUndefined();
  });

  it("leaves a profile with the same session to the live process that keeps it, without a failure", async () => {
    await daemon("a").put([entry()]);
    expect(await daemon("b").put([entry(undefined, "B")])).toEqual([]);
    expect(await key()).toBe("ASIASharedAEXAMPLE");
  });

  it("takes over a profile of a live process with adopt, and refuses its keeper then", async () => {
    await daemon("a").put([entry()]);
    expect(await daemon("b", { adopt: true }).put([entry("other-1", "B")])).toEqual([]);
    expect(await daemon("a").put([entry()])).toMatchObject([{ error: { code: "ProfileInUse" } }]);
    expect(await key()).toBe("ASIASharedBEXAMPLE");
  });

  it("protects credential_process profiles that a live process keeps", async () => {
    const process = (name: string) => profileStore({ env: place.env, keeper: `${me} ${name}` });
    await process("a").put([entry()]);
    expect(await process("b").put([entry("other-1")])).toMatchObject([{ error: { code: "ProfileInUse" } }]);
    await process("b").remove(["Shared"]);
    expect(await place.text("config")).toContain("[profile Shared]");
    expect(await place.text("agent-roles/profiles/Shared.json")).toContain("ASIASharedAEXAMPLE");
  });
});

const ended = () => me.replace(/^\d+/, "999999999");
const elsewhere = () => me.replace(" on ", " on another-");

describe("taking over a profile", () => {
  it("takes a profile over from a process that has ended", async () => {
    await daemon("a", { keeper: ended() }).put([entry()]);
    expect(await daemon("b").put([entry("other-1", "B")])).toEqual([]);
    expect(await key()).toBe("ASIASharedBEXAMPLE");
  });

  it("takes a profile over from a process on another machine when its credentials have expired, and not before", async () => {
    await daemon("a", { keeper: elsewhere() }).put([entry()]);
    expect(await daemon("b").put([entry("other-1", "B")])).toMatchObject([{ error: { code: "ProfileInUse" } }]);
    expect(await daemon("b", { now: NOW + 3_600_001 }).put([entry("other-1", "B")])).toEqual([]);
  });

  it("takes a profile over from a version that did not name the keeper", async () => {
    await place.given("credentials", "[Shared]\n# agent-roles: do not edit\naws_access_key_id = ASIAOLDEXAMPLE\n");
    expect(await daemon("b").put([entry()])).toEqual([]);
    expect(await key()).toBe("ASIASharedAEXAMPLE");
  });
});

describe("missing profiles", () => {
  it("reports as missing what another tool removed or changed, once it has settled", async () => {
    const store = daemon("a");
    await store.put([entry()]);
    expect(await store.missing?.(0)).toEqual([]);
    await writeFile(place.file("credentials"), "[other]\naws_access_key_id = AKIAEXAMPLE\n");
    expect(await store.missing?.(60_000)).toEqual([]);
    expect(await store.missing?.(0)).toEqual(["Shared"]);
    await store.put([entry()]);
    expect(await place.text("credentials")).toMatch(/\[other\][^]*\[Shared\]/);
    expect(await store.missing?.(0)).toEqual([]);
  });

  it("reports nothing as missing when only another profile changed", async () => {
    const store = daemon("a");
    await store.put([entry()]);
    await writeFile(place.file("credentials"), `${await place.text("credentials")}[other]\nregion = eu-west-1\n`);
    expect(await store.missing?.(0)).toEqual([]);
  });
});

it("waits while another tool writes the file anew in place", async () => {
  const store = daemon("a");
  const foreign = Array.from({ length: 40 }, (_, index) => `[p${index}]\naws_access_key_id = AKIAEXAMPLE\n`).join("");
  await place.given("credentials", foreign);
  await store.put([entry()]);
  await writeFile(place.file("credentials"), foreign.slice(0, 200));
  // However slow the machine is, the tool wrote only now.
  await utimes(place.file("credentials"), ago(-3_600), ago(-3_600));
  onSleep = () => writeFile(place.file("credentials"), foreign + foreign.replaceAll("[p", "[q"));
  await store.put([entry(undefined, "B")]);
  expect((await place.text("credentials")).match(/^\[/gm)).toHaveLength(81);
});

it("does not wait for another agent-roles process that removed a profile", async () => {
  await daemon("a").put([entry()]);
  const b = daemon("b");
  await b.put([entry("other-1", "B")]);
  await daemon("a").remove(["Shared"]);
  expect(await b.put([entry("other-1", "B")])).toEqual([]);
  expect(sleeps).toBe(0);
});

it("does not wait for a file that shrank long ago", async () => {
  const store = daemon("a");
  await place.given("credentials", "[p]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n");
  await store.put([entry()]);
  await writeFile(place.file("credentials"), "");
  const old = ago(60);
  await utimes(place.file("credentials"), old, old);
  await store.put([entry(undefined, "B")]);
  expect(await key()).toBe("ASIASharedBEXAMPLE");
  expect(sleeps).toBe(0);
});

it("finds that another process keeps the session of a role, under any profile, while it is alive", async () => {
  await daemon("other").put([{ target: target("First"), credentials: credentials("First", NOW) }]);
  const renamed = { ...target("First"), profile: "Other" };
  expect(await isKeptElsewhere(renamed, place.env, NOW)).toBe(true);
  expect(await isKeptElsewhere(target("Second"), place.env, NOW)).toBe(false);
  expect(
    await isKeptElsewhere(
      renamed,
      { ...place.env, AWS_CONFIG_FILE: "/none", AWS_SHARED_CREDENTIALS_FILE: "/none2" },
      NOW,
    ),
  ).toBe(false);
});
