import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { script } from "./fake-executables.test-helper.ts";
import { findOnPath, pythonsOf } from "./find-moto-server.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "find-moto-"));
});
afterEach(() => rm(directory, { recursive: true }));

describe("findOnPath", () => {
  it("gives every executable of the name, in PATH's order", async () => {
    const first = await script(join(directory, "b", "moto_server"), "");
    const second = await script(join(directory, "a", "moto_server"), "");
    const path = [join(directory, "b"), join(directory, "none"), join(directory, "a"), join(directory, "b")].join(
      delimiter,
    );
    expect(await findOnPath("moto_server", path)).toEqual([first, second]);
  });

  it("passes over files that are not executable, and relative directories", async () => {
    await writeFile(join(directory, "moto_server"), "");
    expect(await findOnPath("moto_server", [directory, ".", ""].join(delimiter))).toEqual([]);
    expect(await findOnPath("moto_server", undefined)).toEqual([]);
  });
});

describe("pythonsOf", () => {
  it("takes the interpreter of the first line", async () => {
    const python = await script(join(directory, "venv", "python3.12"), "");
    const server = await script(join(directory, "bin", "moto_server"), `#!${python}\nimport sys\n`);
    expect(await pythonsOf(server, "")).toEqual([python]);
  });

  it("takes the interpreter that pip writes when its path is too long for a first line", async () => {
    const python = await script(join(directory, "a b", "python"), "");
    const body = `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\nimport sys\n`;
    const server = await script(join(directory, "bin", "moto_server"), body);
    expect(await pythonsOf(server, "")).toEqual([python]);
  });

  it("looks for env's interpreter on PATH", async () => {
    const python = await script(join(directory, "elsewhere", "python3"), "");
    const server = await script(join(directory, "bin", "moto_server"), "#!/usr/bin/env python3\nimport sys\n");
    expect(await pythonsOf(server, join(directory, "elsewhere"))).toEqual([python]);
  });

  it("takes the python3 beside a shim that is no Python script", async () => {
    const python = await script(join(directory, "shims", "python3"), "");
    const server = await script(join(directory, "shims", "moto_server"), "#!/usr/bin/env bash\nexec pyenv exec\n");
    expect(await pythonsOf(server, "")).toEqual([python]);
  });

  it("follows a link to the environment that it points into", async () => {
    const python = await script(join(directory, "venv", "bin", "python3"), "");
    await script(join(directory, "venv", "bin", "moto_server"), "#!/bin/sh\n");
    await symlink(join(directory, "venv", "bin", "moto_server"), join(directory, "moto_server"));
    expect(await pythonsOf(join(directory, "moto_server"), "")).toEqual([python]);
  });

  it("takes a Python interpreter as it is", async () => {
    const python = await script(join(directory, "python3.11"), "");
    expect(await pythonsOf(python, "")).toEqual([python]);
  });

  it("finds none when the first line's interpreter is gone", async () => {
    const server = await script(join(directory, "moto_server"), `#!${directory}/gone/python3\n`);
    expect(await pythonsOf(server, "")).toEqual([]);
  });
});
