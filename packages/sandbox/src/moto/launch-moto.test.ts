import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failingPython, readyPython, script } from "./fake-executables.test-helper.ts";
import { launchMoto } from "./launch-moto.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "launch-moto-"));
});
afterEach(() => rm(directory, { recursive: true }));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("launchMoto", () => {
  it("reports the port once moto is ready, and ends it by closing its standard input", async () => {
    const moto = await launchMoto(await readyPython(join(directory, "python3")), { env: {} });
    expect(moto).toMatchObject({ endpoint: "http://127.0.0.1:4321", port: 4321, version: "5.2.1" });
    expect(isAlive(moto.pid)).toBe(true);
    await moto.stop();
    await moto.stop();
    expect(isAlive(moto.pid)).toBe(false);
  });

  it("kills a process that does not end by itself", async () => {
    const python = await script(
      join(directory, "python3"),
      `echo '{"version": "5.2.1", "port": 1}'\nexec <&-\nexec /bin/sleep 600`,
    );
    const moto = await launchMoto(python, { env: {}, stopTimeoutMs: 50 });
    await moto.stop();
    expect(isAlive(moto.pid)).toBe(false);
  });

  it("fails with the last lines of stderr when Python ends", async () => {
    const python = await failingPython(join(directory, "python3"), "ModuleNotFoundError: No module named moto");
    await expect(launchMoto(python, { env: {} })).rejects.toThrow("ModuleNotFoundError: No module named moto");
  });

  it("fails with the exit code when Python says nothing", async () => {
    await expect(launchMoto(await script(join(directory, "python3"), "exit 3"), { env: {} })).rejects.toThrow(
      "ended with exit code 3",
    );
  });

  it("fails when the interpreter does not exist", async () => {
    await expect(launchMoto(join(directory, "none"), { env: {} })).rejects.toThrow("ENOENT");
  });

  it("gives up, and leaves no process, when moto is not ready in time", async () => {
    const python = await script(join(directory, "python3"), "exec /bin/cat");
    await expect(launchMoto(python, { env: {}, timeoutMs: 50 })).rejects.toThrow("not ready within 50 ms");
  });

  it("ends the process when the signal aborts the start", async () => {
    const python = await script(join(directory, "python3"), "exec /bin/cat");
    const aborter = new AbortController();
    const launching = launchMoto(python, { env: {}, signal: aborter.signal });
    aborter.abort(new Error("no longer wanted"));
    await expect(launching).rejects.toThrow("no longer wanted");
  });

  it("keeps the user's AWS and moto settings from moto", async () => {
    const python = await script(
      join(directory, "python3"),
      `echo "[$AWS_PROFILE][$MOTO_ACCOUNT_ID][$KEPT]" >&2; exit 1`,
    );
    const env = { AWS_PROFILE: "mine", MOTO_ACCOUNT_ID: "123456789012", KEPT: "kept" };
    await expect(launchMoto(python, { env })).rejects.toThrow("[][][kept]");
  });
});
