import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { TestProject } from "vitest/node";
import { cleanEnv } from "./clean-env.ts";
import { REPOSITORY } from "./repository.ts";

const PROGRAM = join(REPOSITORY, "test/clients/fork-moto.py");

/**
 * Makes the sandboxes of the tests start as forks of one Python that has imported moto. Where python3 has no moto, or
 * AGENT_ROLES_MOTO_SERVER names another one, they start as a user's.
 */
export default async function setup({ config, vitest }: TestProject): Promise<() => Promise<void>> {
  const env = { ...process.env, ...vitest.config.env };
  const printed = await execa("python3", ["-c", "import sys; print(sys.executable)"], { env, reject: false });
  const python = printed.stdout ?? "";
  if (python === "" || env["SANDBOX"] === "aws" || env["AGENT_ROLES_MOTO_SERVER"]) return async () => undefined;
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-moto-"));
  const socket = join(directory, "socket");
  const server = spawn(python, [PROGRAM, socket, join(REPOSITORY, "packages/sandbox/python")], {
    env: { ...cleanEnv(homedir()), MOTO_IAM_LOAD_MANAGED_POLICIES: "true", MOTO_DISABLE_GLOBAL_CORS: "true" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(server, "close");
  const isReady = await Promise.race([once(server.stdout, "data").then(() => true), ended.then(() => false)]);
  if (isReady) {
    const file = join(directory, "python3");
    await writeFile(file, `#!/bin/sh\nexec '${python}' -I -S '${PROGRAM}' '${socket}'\n`, { mode: 0o755 });
    config.env = { ...config.env, AGENT_ROLES_MOTO_SERVER: file };
  }
  return async () => {
    server.stdin.end();
    await ended;
    await rm(directory, { recursive: true });
  };
}
