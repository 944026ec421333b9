import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { isProcessAlive, processIdentity } from "./process-identity.ts";

/** Clock ticks after the machine's start. */
function start(pid: string): string {
  return (
    readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ")[19] ?? ""
  );
}

it("distinguishes a live process from one that has ended, and says nothing about other machines", async () => {
  const mine = await processIdentity();
  const child = spawn(process.execPath, ["--eval", "0"]);
  await once(child, "exit");
  const ended = mine.replace(/^\d+/, String(child.pid));
  expect(await isProcessAlive(`${mine} abc`)).toBe(true);
  expect(await isProcessAlive(`${ended} abc`)).toBe(false);
  expect(await isProcessAlive(ended.replace(" on ", " on another-"))).toBeUndefined();
  expect(await isProcessAlive(ended.replace("pid:[", "pid:[9"))).toBe(process.platform === "linux" ? undefined : false);
  expect(await isProcessAlive("")).toBeUndefined();
});

it.runIf(process.platform === "linux")(
  "is not misled by a number that was given out again, nor by a zombie",
  async () => {
    const mine = await processIdentity();
    expect(await isProcessAlive(mine.replace(/since \d+/, "since 1"))).toBe(false);
    // The child ends when its shell has become another program: nobody waits for it.
    const script = 'until [ "$(cat /proc/$$/comm)" = sleep ]; do :; done & echo $!; exec sleep 600';
    const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    const [pid] = await once(parent.stdout, "data");
    const marks = [String(pid).trim(), String(parent.pid)].map((each) =>
      mine.replace(/^\d+ since \d+/, `${each} since ${start(each)}`),
    );
    await vi.waitFor(async () => expect(await Promise.all(marks.map(isProcessAlive))).toEqual([false, true]), {
      timeout: 600_000,
    });
    parent.kill();
    await once(parent, "exit");
  },
);
