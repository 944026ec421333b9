import { chmod, lutimes, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { expect, it, vi } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import { systemClock } from "../clock.ts";
import { fakeClock, settle } from "../fake-clock.test-helper.ts";
import { tryLock } from "../files/process-lock.ts";
import { ago, credentials } from "../fixtures.test-helper.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import { sessionCache, type SessionCacheOptions } from "./session-cache.ts";
import { key, name, origin, request, temporaryCache } from "./temporary-cache.test-helper.ts";
import { openCacheDirectory, writeCacheFile } from "./write-cache-file.ts";

const cache = temporaryCache();
const NOW = Date.parse("2026-01-01T12:00:00Z");
const minutes = (count: number): number => count * 60_000;
const denied = new AgentRolesError("MyProfile: AccessDenied", { code: "AccessDenied", fix: "ask" });

/** One process: a cache of its own over the common directory, and an STS that counts. */
function processAt(
  options: Partial<SessionCacheOptions> & { now?: number; sts?: () => Promise<SessionCredentials> } = {},
) {
  const { now = NOW, sts } = options;
  const calls: number[] = [];
  const warnings: string[] = [];
  const shared = sessionCache({
    env: cache.env(),
    clock: { ...systemClock, now: () => now },
    random: () => 0,
    onWarning: ({ message }) => warnings.push(message),
    ...options,
  });
  const ask = async (): Promise<SessionCredentials> => {
    calls.push(now);
    return sts ? sts() : credentials(`Call${calls.length}`, now);
  };
  const assumeRole = shared.assumeRole(ask, origin);
  return {
    get: (accept?: (session: SessionCredentials) => boolean) => assumeRole(request, accept),
    shared,
    calls,
    warnings,
  };
}

/** An answer that comes when the others have done their first steps on the disk. */
const slowly = async (): Promise<SessionCredentials> => {
  await settle();
  return credentials("One", NOW);
};

/** An answer that comes when the test wants. */
function held() {
  const open: { resolve: (session: SessionCredentials) => void; reject: (error: Error) => void }[] = [];
  return {
    sts: () => new Promise<SessionCredentials>((resolve, reject) => open.push({ resolve, reject })),
    answer: (session: SessionCredentials) => open[0]?.resolve(session),
    refuse: (error: Error) => open[0]?.reject(error),
  };
}

/** Until the other side has done its first steps on the disk. */
function until(condition: () => boolean): Promise<unknown> {
  return vi.waitUntil(condition, { timeout: 600_000, interval: 1 });
}

it("asks once for processes that come one after the other", async () => {
  const first = processAt();
  const second = processAt({ now: NOW + minutes(48) });
  expect(await first.get()).toEqual(await second.get());
  expect([first.calls.length, second.calls.length]).toEqual([1, 0]);
});

it("asks anew when the session is due", async () => {
  await processAt().get();
  const later = processAt({ now: NOW + minutes(51) });
  expect((await later.get()).issuedAt.getTime()).toBe(NOW + minutes(51));
  expect(later.calls).toHaveLength(1);
});

it("lets the caller say what will do, and never gives an expired session all the same", async () => {
  await processAt().get();
  const picky = processAt({ now: NOW + minutes(1) });
  await picky.get(() => false);
  expect(picky.calls).toHaveLength(1);
  const late = processAt({ now: NOW + minutes(70) });
  await late.get(() => true);
  expect(late.calls).toHaveLength(1);
});

it("does not believe a session from the future: the clock was set back", async () => {
  await processAt({ now: NOW + minutes(90) }).get();
  const back = processAt();
  await back.get();
  expect(back.calls).toHaveLength(1);
});

it("asks once for everybody in one process", async () => {
  const { get, calls } = processAt({ sts: slowly });
  const sessions = await Promise.all(Array.from({ length: 50 }, () => get()));
  expect(calls).toHaveLength(1);
  expect(new Set(sessions).size).toBe(1);
});

it("asks once for processes that come at the same moment, and all get the same", async () => {
  const processes = Array.from({ length: 20 }, () => processAt({ sts: slowly }));
  const sessions = await Promise.all(processes.map(({ get }) => get()));
  expect(processes.flatMap(({ calls }) => calls)).toHaveLength(1);
  expect(new Set(sessions.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(["ASIAOneEXAMPLE"]));
  expect(await readdir(cache.directory())).toEqual([`${name}.json`]);
});

it("gives whoever waits what came meanwhile, however picky: an own call would have given the same", async () => {
  const { sts, answer } = held();
  const holder = processAt({ sts });
  const pending = holder.get();
  await until(() => holder.calls.length === 1);
  const picky = processAt();
  const joined = picky.get(() => false);
  await settle();
  answer(credentials("Common", NOW));
  expect((await joined).accessKeyId).toBe("ASIACommonEXAMPLE");
  expect(picky.calls).toEqual([]);
  await pending;
});

it("gives those who wait the failure, too, and asks anew for whoever comes later", async () => {
  const { sts, refuse } = held();
  const holder = processAt({ sts });
  const waiting = processAt();
  const failing = holder.get();
  await until(() => holder.calls.length === 1);
  const joined = waiting.get();
  await settle();
  refuse(denied);
  const reason = { code: "AccessDenied", fix: "ask", retryable: false, message: denied.message };
  expect(await Promise.allSettled([failing, joined])).toMatchObject([{ reason: denied }, { reason }]);
  expect(waiting.calls).toEqual([]);
  await waiting.get();
  expect(waiting.calls).toHaveLength(1);
});

it("keeps the valid session beside a failure, counts failures in a row, and forgets them with the next session", async () => {
  await processAt().get();
  const due = NOW + minutes(55);
  for (const attempt of [1, 2]) {
    const failing = processAt({ now: due, sts: () => Promise.reject(denied) });
    await expect(failing.get()).rejects.toBe(denied);
    const { session, failure } = await failing.shared.read(request, origin);
    expect(session?.issuedAt.getTime()).toBe(NOW);
    expect(failure).toMatchObject({ code: "AccessDenied", attempt, failedAt: new Date(due) });
  }
  const healed = processAt({ now: due });
  await healed.get();
  expect(await healed.shared.read(request, origin)).not.toHaveProperty("failure");
});

it("returns nothing to a reader for an entry that is not there", async () => {
  expect(await processAt().shared.read(request, origin)).toEqual({});
});

it("takes over from a process that fell silent in mid-call", async () => {
  await openCacheDirectory(cache.directory());
  await symlink("4711 since 5 on another-machine", cache.lock());
  const long = ago(11);
  await lutimes(cache.lock(), long, long);
  const processes = Array.from({ length: 10 }, () => processAt({ sts: slowly }));
  await Promise.all(processes.map(({ get }) => get()));
  expect(processes.flatMap(({ calls }) => calls)).toHaveLength(1);
});

it("warns of a damaged file once, by name, and replaces it", async () => {
  await openCacheDirectory(cache.directory());
  await writeFile(cache.file(), "{", { mode: 0o600 });
  const { get, calls, warnings } = processAt();
  await get();
  await get();
  expect(calls).toHaveLength(1);
  expect(warnings).toEqual([`${cache.file()} is not what agent-roles writes`]);
  expect(await readFile(cache.file(), "utf8")).toContain("Call1");
});

it.skipIf(process.platform === "win32").each<readonly [string, () => Promise<Record<string, string>>, RegExp]>([
  [
    "cannot be made",
    () => writeFile(`${cache.directory()}.x`, "").then(() => ({ AGENT_ROLES_CACHE_DIR: `${cache.directory()}.x/y` })),
    /sessions are not shared: ENOTDIR/,
  ],
  ["takes no file", async () => ({ AGENT_ROLES_CACHE_DIR: "/proc/self/fd" }), /\/proc\/self\/fd/],
  [
    "is open to others",
    () =>
      openCacheDirectory(cache.directory())
        .then(() => chmod(cache.directory(), 0o777))
        .then(() => cache.env()),
    /other users can write/,
  ],
])("asks STS directly, with one warning, when the directory %s", async (_, env, warning) => {
  const { get, calls, warnings } = processAt({ env: await env() });
  await get();
  await get(() => false);
  expect(calls).toHaveLength(2);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(warning);
});

it("gives the session although the entry cannot be written", async () => {
  const { sts, answer } = held();
  const { get, calls, warnings } = processAt({ sts });
  const pending = get();
  await until(() => calls.length === 1);
  await mkdir(cache.file());
  answer(credentials("Mine", NOW));
  expect((await pending).accessKeyId).toBe("ASIAMineEXAMPLE");
  expect(warnings).toEqual([expect.stringMatching(/sessions are not shared: EISDIR/)]);
  expect(await readdir(cache.directory())).toEqual([`${name}.json`]);
});

it("gives two shapes an entry each", async () => {
  const { shared, calls, get } = processAt();
  await get();
  const other = shared.assumeRole(async () => credentials("Other", NOW), origin);
  expect((await other({ ...request, externalId: "id-42" })).accessKeyId).toBe("ASIAOtherEXAMPLE");
  expect((await get()).accessKeyId).toBe("ASIACall1EXAMPLE");
  expect(calls).toHaveLength(1);
});

it("shows a session that is there to everybody who may read, expired or not", async () => {
  await openCacheDirectory(cache.directory());
  await writeCacheFile(cache.directory(), key, { session: credentials("Old", 0) });
  expect((await processAt().shared.read(request, origin)).session?.accessKeyId).toBe("ASIAOldEXAMPLE");
});

it("returns within the limit, and shares the timeout with the other callers", async () => {
  const clock = fakeClock(NOW);
  const hanging = processAt({ sts: () => new Promise(() => undefined), limitMs: 50, clock });
  await expect(clock.until(hanging.get())).rejects.toMatchObject({ code: "Unavailable", retryable: true });
  expect((await processAt().shared.read(request, origin)).failure).toMatchObject({ code: "Unavailable", attempt: 1 });
  expect(await readdir(cache.directory())).toEqual([`${name}.json`]);
});

it("waits for another process no longer than the limit, and does not ask STS for nobody afterwards", async () => {
  await openCacheDirectory(cache.directory());
  const other = await tryLock(cache.lock());
  const clock = fakeClock(NOW);
  const waiting = processAt({ limitMs: 50, clock });
  await expect(clock.until(waiting.get())).rejects.toMatchObject({ code: "Unavailable" });
  await other?.release();
  await clock.advance(60_000);
  expect(waiting.calls).toEqual([]);
});

it("reads nothing, and does not reject, where the caller cannot be found out", async () => {
  const unknown = { ...origin, caller: () => Promise.reject(new Error("a pipe")) };
  expect(await processAt().shared.read(request, unknown)).toEqual({});
});
