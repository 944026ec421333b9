import { chmod, chown, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { refuseExposedCommand, refuseExposedName } from "./exposed-program.ts";

const hasModes = process.platform !== "win32";

let top: string;
let bin: string;
let program: string;
beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), "agent-roles-program-")));
  bin = join(top, "opt", "bin");
  program = join(bin, "tool");
  await mkdir(bin, { recursive: true, mode: 0o755 });
  await writeFile(program, "#!/bin/sh\n", { mode: 0o755 });
});
afterEach(() => rm(top, { recursive: true, force: true }));

it("accepts a program in private directories, in a sticky one, and words that are no paths", async () => {
  await chmod(top, 0o1777);
  const missing = join(top, "missing");
  await expect(refuseExposedCommand([program, "credential-process", "First", missing])).resolves.toBeUndefined();
  await expect(refuseExposedName("tool", { PATH: `${missing}:${bin}` })).resolves.toBeUndefined();
  await expect(refuseExposedName("missing", { PATH: bin })).resolves.toBeUndefined();
  await expect(refuseExposedName("tool", {})).resolves.toBeUndefined();
});

it.runIf(hasModes).each(["opt", "opt/bin", "opt/bin/tool"])(
  "refuses a program when others can write to %s",
  async (path) => {
    await chmod(join(top, path), 0o777);
    const error = {
      code: "StoreFailed",
      message: expect.stringContaining(`(${join(top, path)}: other users can write to it)`),
    };
    await expect(refuseExposedCommand(["/bin/sh", program])).rejects.toMatchObject(error);
    await expect(refuseExposedName("tool", { PATH: bin })).rejects.toMatchObject(error);
  },
);

it.runIf(hasModes)("refuses a program that is reached through a symlink in a directory of others", async () => {
  await mkdir(join(top, "shared"));
  await chmod(join(top, "shared"), 0o777);
  await symlink(program, join(top, "shared", "tool"));
  await expect(refuseExposedCommand([join(top, "shared", "tool")])).rejects.toThrow(
    "shared: other users can write to it",
  );
});

it.runIf(hasModes)("refuses a name that others can put before the program on the PATH", async () => {
  const shared = join(top, "shared");
  await mkdir(shared);
  // Sticky does not help: anyone can add a program.
  await chmod(shared, 0o1777);
  await expect(refuseExposedName("tool", { PATH: `${shared}:${bin}` })).rejects.toThrow("which is on the PATH");
  await expect(refuseExposedName("tool", { PATH: `${bin}:${shared}` })).resolves.toBeUndefined();
});

it.runIf(process.geteuid?.() === 0).each(["opt/bin", "opt/bin/tool"])(
  "refuses a program when %s belongs to another user",
  async (path) => {
    await chown(join(top, path), 20_002, 20_002);
    await expect(refuseExposedCommand([program])).rejects.toThrow(`${join(top, path)}: it belongs to user 20002`);
  },
);
