import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failingPython, script } from "./fake-executables.test-helper.ts";
import { environmentPython, installMoto, privateEnvironment } from "./private-environment.ts";

let directory: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "private-environment-"));
  env = { XDG_CACHE_HOME: join(directory, "cache") };
});
afterEach(() => rm(directory, { recursive: true }));

/** `python -m venv --without-pip DIR` and `python -m pip --python DIR/bin/python install …`; the new one works when asked. */
const fakePython = (pip: string): Promise<string> =>
  script(
    join(directory, "python3"),
    `echo "$@" >> ${directory}/log
    case "$2" in
      venv) /bin/mkdir -p "$4/bin"; printf '#!/bin/sh\\necho "in venv: $*" >> ${directory}/log\\n' > "$4/bin/python"; /bin/chmod +x "$4/bin/python" ;;
      pip) ${pip} ;;
    esac`,
  );

const left = (): Promise<string[]> => readdir(dirname(privateEnvironment(env)));
const log = (): Promise<string> => readFile(join(directory, "log"), "utf8");

describe("privateEnvironment", () => {
  it("is in the cache directory of the platform", () => {
    expect(privateEnvironment({ XDG_CACHE_HOME: "/x" }, "darwin")).toBe("/x/agent-roles/moto-5.2.1");
    expect(privateEnvironment({ HOME: "/home/a" }, "linux")).toBe("/home/a/.cache/agent-roles/moto-5.2.1");
    expect(privateEnvironment({ HOME: "/Users/a" }, "darwin")).toBe("/Users/a/Library/Caches/agent-roles/moto-5.2.1");
  });

  it("ignores a relative XDG_CACHE_HOME, as its specification demands", () => {
    expect(privateEnvironment({ XDG_CACHE_HOME: "x", HOME: "/h" }, "linux")).toBe("/h/.cache/agent-roles/moto-5.2.1");
  });
});

describe("installMoto", () => {
  it("builds beside the final place and leaves nothing else", async () => {
    const python = await fakePython("exit 0");
    expect(await installMoto({ env, python })).toBe(environmentPython(privateEnvironment(env)));
    expect(await left()).toEqual(["moto-5.2.1"]);
    expect(await log()).toContain("moto==5.2.1 flask>=3.1,<4 flask-cors>=6,<7 PyYAML>=6,<7");
  });

  it("lets two processes install at once", async () => {
    const python = await fakePython("exit 0");
    await Promise.all([installMoto({ env, python }), installMoto({ env, python }), installMoto({ env, python })]);
    expect(await left()).toEqual(["moto-5.2.1"]);
  });

  it("puts a new one in the place of one that no longer works, and keeps nothing of it", async () => {
    const python = await fakePython("exit 0");
    await failingPython(environmentPython(privateEnvironment(env)), "No module named flask");
    await installMoto({ env, python });
    expect(await readFile(environmentPython(privateEnvironment(env)), "utf8")).toContain("in venv");
    expect(await readdir(privateEnvironment(env))).toEqual(["bin"]);
  });

  it("brings its own pip when Python has none", async () => {
    const python = await fakePython("echo 'No module named pip' >&2; exit 1");
    await installMoto({ env, python });
    expect(await log()).toContain("in venv: -m ensurepip");
    expect(await log()).toContain("in venv: -m pip install");
  });

  it("reports the failed step with its stderr, and leaves nothing", async () => {
    const python = await fakePython("echo 'ERROR: No matching distribution found' >&2; exit 1");
    await expect(installMoto({ env, python })).rejects.toThrow(/python3 -m pip: ERROR: No matching distribution found/);
    expect(await left()).toEqual([]);
  });

  it("leaves nothing when the environment cannot be made", async () => {
    const python = await failingPython(join(directory, "python3"), "No module named venv");
    await expect(installMoto({ env, python })).rejects.toThrow("No module named venv");
    expect(await left()).toEqual([]);
  });

  it("stops and leaves nothing when the signal aborts", async () => {
    const python = await fakePython(`: > ${directory}/started; exec /bin/sleep 600`);
    const stop = new AbortController();
    const installing = installMoto({ env, python, signal: stop.signal });
    await vi.waitUntil(() => existsSync(join(directory, "started")), { timeout: 600_000 });
    stop.abort();
    await expect(installing).rejects.toThrow("aborted");
    expect(await left()).toEqual([]);
  });
});
