import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failingPython, readyPython, script } from "./fake-executables.test-helper.ts";
import { environmentPython, privateEnvironment } from "./private-environment.ts";
import { startMoto } from "./start-moto.ts";

let directory: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "start-moto-"));
  env = { PATH: join(directory, "bin"), XDG_CACHE_HOME: join(directory, "cache") };
  await mkdir(join(directory, "bin"));
});
afterEach(() => rm(directory, { recursive: true }));

/** A moto_server whose interpreter answers with this port. */
const server = async (name: string, port: number): Promise<string> => {
  const python = await readyPython(join(directory, name, "python3"), port);
  return script(join(directory, name, "moto_server"), `#!${python}\n`);
};

/** A python3 that "makes" a virtual environment whose interpreter answers with this port. */
const installer = (port: number): Promise<string> =>
  script(
    join(directory, "bin", "python3"),
    `case "$2" in
      venv) /bin/mkdir -p "$4/bin" ;;
      pip) printf '#!/bin/sh\\necho "{\\"version\\": \\"5.2.1\\", \\"port\\": ${port}}"\\nexec /bin/cat\\n' > "$4"; /bin/chmod +x "$4" ;;
    esac`,
  );

const startedPort = async (options: Parameters<typeof startMoto>[0]): Promise<number> => {
  const moto = await startMoto(options);
  await moto.stop();
  return moto.port;
};

describe("startMoto", () => {
  it("prefers the moto_server of the option to that of the variable", async () => {
    await server("bin", 1);
    env["AGENT_ROLES_MOTO_SERVER"] = await server("variable", 2);
    expect(await startedPort({ env })).toBe(2);
    expect(await startedPort({ env, motoServer: await server("option", 3) })).toBe(3);
  });

  it("tries nothing else when the given one fails, and reports the reason", async () => {
    await server("bin", 1);
    const motoServer = await failingPython(
      join(directory, "broken", "python3"),
      "found moto 4.2.14, needed is 5.2 or newer",
    );
    await expect(startMoto({ env, motoServer })).rejects.toMatchObject({
      code: "MotoNotFound",
      message: expect.stringContaining("found moto 4.2.14, needed is 5.2 or newer"),
    });
    await expect(startMoto({ env, motoServer: join(directory, "none") })).rejects.toThrow("no such file");
  });

  it("takes the one on PATH before the private environment", async () => {
    await server("bin", 1);
    await readyPython(environmentPython(privateEnvironment(env)), 2);
    expect(await startedPort({ env })).toBe(1);
  });

  it("goes on to the next on PATH when a shim fails", async () => {
    await script(join(directory, "bin", "moto_server"), "echo 'pyenv: moto_server: command not found' >&2; exit 127");
    await failingPython(join(directory, "bin", "python3"), "No module named moto");
    await server("later", 2);
    env["PATH"] = `${env["PATH"]}:${join(directory, "later")}`;
    expect(await startedPort({ env })).toBe(2);
  });

  it("does not use an interpreter that other users can replace, and reports the path", async () => {
    const motoServer = await readyPython(join(directory, "open", "python3"), 8);
    await chmod(join(directory, "open"), 0o777);
    await expect(startMoto({ env, motoServer })).rejects.toMatchObject({
      message: expect.stringContaining(`not used: other users can write to ${join(directory, "open")}`),
      fix: expect.stringContaining("chmod go-w"),
    });
    await server("bin", 9);
    env["PATH"] = `${join(directory, "open")}:${env["PATH"]}`;
    await script(join(directory, "open", "moto_server"), `#!${motoServer}\n`);
    expect(await startedPort({ env })).toBe(9);
  });

  it("does not use a private environment that other users can replace", async () => {
    await readyPython(environmentPython(privateEnvironment(env)), 10);
    await chmod(join(directory, "cache"), 0o777);
    await expect(startMoto({ env })).rejects.toThrow(`not used: other users can write to ${join(directory, "cache")}`);
  });

  it("takes the private environment when nothing is on PATH", async () => {
    await readyPython(environmentPython(privateEnvironment(env)), 5);
    expect(await startedPort({ env })).toBe(5);
  });

  it("installs a private environment when there is none, and says so", async () => {
    await installer(6);
    const progress: string[] = [];
    expect(await startedPort({ env, onProgress: (message) => progress.push(message) })).toBe(6);
    expect(progress).toEqual([expect.stringContaining(`installing moto 5.2.1 into ${privateEnvironment(env)}`)]);
    expect(await startedPort({ env, onProgress: (message) => progress.push(message) })).toBe(6);
    expect(progress).toHaveLength(1);
  });

  it("replaces a private environment that no longer works", async () => {
    await installer(7);
    await failingPython(environmentPython(privateEnvironment(env)), "No module named flask");
    expect(await startedPort({ env })).toBe(7);
  });

  it("names everything that was tried, and the command that helps", async () => {
    await mkdir(dirname(privateEnvironment(env)), { recursive: true });
    await failingPython(environmentPython(privateEnvironment(env)), "No module named flask");
    await failingPython(join(directory, "bin", "python3"), "No module named ensurepip");
    const failure = await startMoto({ env, python: join(directory, "bin", "python3") }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: "MotoNotFound",
      fix: expect.stringContaining("apt-get install python3-venv"),
    });
    expect(String(failure)).toContain(`${privateEnvironment(env)}: No module named flask`);
    expect(String(failure)).toContain("a new virtual environment");
  });

  it("requires Python when there is none", async () => {
    await expect(startMoto({ env })).rejects.toMatchObject({ fix: expect.stringContaining("Install Python 3.10") });
  });

  it("says that it was stopped when the signal aborts", async () => {
    const motoServer = await script(join(directory, "python3"), `: > ${directory}/started\nexec /bin/cat`);
    const stop = new AbortController();
    const starting = startMoto({ env, motoServer, signal: stop.signal });
    await vi.waitUntil(() => existsSync(join(directory, "started")), { timeout: 600_000 });
    stop.abort();
    await expect(starting).rejects.toMatchObject({ code: "Aborted" });
  });
});
