import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { isGone, processMark } from "./process-mark.ts";

it("tells a process that lives from one that has ended, and is silent about other machines", async () => {
  const mine = await processMark();
  const child = spawn(process.execPath, ["--eval", "0"]);
  await once(child, "exit");
  const ended = mine.replace(/^\d+/, String(child.pid));
  expect(await isGone(`${mine} abc`)).toBe(false);
  expect(await isGone(`${ended} abc`)).toBe(true);
  expect(await isGone(ended.replace(" on ", " on another-"))).toBe(false);
  expect(await isGone(ended.replace("pid:[", "pid:[9"))).toBe(process.platform !== "linux");
  expect(await isGone("")).toBe(false);
});
