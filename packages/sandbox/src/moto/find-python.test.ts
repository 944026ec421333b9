import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { script } from "./fake-executables.test-helper.ts";
import { findPython } from "./find-python.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "find-python-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("findPython", () => {
  it("takes python3 when it is new enough", async () => {
    const python = await script(join(directory, "python3"), "exit 0");
    await script(join(directory, "python3.13"), "exit 0");
    expect(await findPython({ PATH: directory })).toBe(python);
  });

  it("takes a newer one under its own name when python3 is too old", async () => {
    await script(join(directory, "python3"), "exit 1");
    const newer = await script(join(directory, "python3.12"), "exit 0");
    expect(await findPython({ PATH: directory })).toBe(newer);
  });

  it("names the interpreters that are too old", async () => {
    const old = await script(join(directory, "python3"), "exit 1");
    await expect(findPython({ PATH: directory })).rejects.toThrow(
      `no usable Python 3.10 or newer on PATH, only ${old}`,
    );
  });

  it("says when there is none at all", async () => {
    await expect(findPython({ PATH: directory })).rejects.toThrow("no python3 on PATH");
  });
});
