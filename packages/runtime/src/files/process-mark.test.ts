import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { processFate, processMark } from "./process-mark.ts";

/** Clock ticks after the machine's start. */
function start(pid: string): string {
  return (
    readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ")[19] ?? ""
  );
}

it("tells a process that lives from one that has ended, and is silent about other machines", async () => {
  const mine = await processMark();
  const child = spawn(process.execPath, ["--eval", "0"]);
  await once(child, "exit");
  const ended = mine.replace(/^\d+/, String(child.pid));
  expect(await processFate(`${mine} abc`)).toBe("lives");
  expect(await processFate(`${ended} abc`)).toBe("gone");
  expect(await processFate(ended.replace(" on ", " on another-"))).toBe("unknown");
  expect(await processFate(ended.replace("pid:[", "pid:[9"))).toBe(process.platform === "linux" ? "unknown" : "gone");
  expect(await processFate("")).toBe("unknown");
});

it.runIf(process.platform === "linux")(
  "is not misled by a number that was given out again, nor by a zombie",
  async () => {
    const mine = await processMark();
    expect(await processFate(mine.replace(/since \d+/, "since 1"))).toBe("gone");
    // The child of a shell that became another program: nobody waits for it.
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 30"], { stdio: ["ignore", "pipe", "ignore"] });
    const [pid] = await once(parent.stdout, "data");
    const marks = [String(pid).trim(), String(parent.pid)].map((each) =>
      mine.replace(/^\d+ since \d+/, `${each} since ${start(each)}`),
    );
    await vi.waitFor(async () => expect(await Promise.all(marks.map(processFate))).toEqual(["gone", "lives"]), {
      timeout: 30_000,
    });
    parent.kill();
    await once(parent, "exit");
  },
);
