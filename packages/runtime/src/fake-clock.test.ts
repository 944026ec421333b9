import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { systemClock } from "./clock.ts";
import { fakeClock } from "./fake-clock.test-helper.ts";

const MINUTE = 60_000;

/** Reads this file again and again: some hundred turns of the event loop. */
async function slowDisk(): Promise<number> {
  for (let count = 0; count < 200; count += 1) await readFile(import.meta.filename);
  return 200;
}

it("does not move the fake clock while files are read", async () => {
  const clock = fakeClock();
  const start = clock.now();
  const readAt = slowDisk().then(() => clock.now());
  await clock.advance(MINUTE);
  expect(await readAt).toBe(start);
  expect(clock.now()).toBe(start + MINUTE);
});

it("moves the fake clock from sleeper to sleeper until work that reads files and sleeps has ended", async () => {
  const clock = fakeClock();
  const start = clock.now();
  const work = async (): Promise<number> => {
    for (const ms of [5, MINUTE]) {
      await slowDisk();
      await clock.sleep(ms, new AbortController().signal);
    }
    return clock.now();
  };
  expect(await clock.until(work())).toBe(start + MINUTE + 5);
  await expect(clock.until(Promise.reject(new Error("mine")))).rejects.toThrow("mine");
});

it("does not move the fake clock while work waits by the system's clock", async () => {
  const clock = fakeClock();
  const start = clock.now();
  const waited = systemClock.sleep(50, new AbortController().signal).then(() => clock.now());
  await clock.advance(MINUTE);
  expect(await waited).toBe(start);
});

it("refuses fake time beside a socket, whose end nobody can foresee", async () => {
  const clock = fakeClock();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  await expect(clock.advance(1)).rejects.toThrow("fake time cannot wait for a TCPServerWrap");
  server.close();
  await once(server, "close");
  await setImmediate();
});
