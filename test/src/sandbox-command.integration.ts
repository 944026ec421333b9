import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startAgentRoles } from "./harness/agent-roles.ts";
import { cleanEnv } from "./harness/clean-env.ts";
import { clientConfig } from "./harness/client-config.ts";
import { agentRoles } from "./harness/in-process.ts";
import { REPOSITORY } from "./harness/repository.ts";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-sandbox-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Starts `agent-roles sandbox` and waits for the last of its variables. */
async function sandbox() {
  const running = startAgentRoles(["sandbox", "--manifest", join(REPOSITORY, "agent-roles.yaml")], cleanEnv(home));
  const lines: string[] = [];
  await Promise.race([
    running.ended,
    new Promise<void>((resolve) => {
      running.onLine((line) => {
        lines.push(line);
        if (line.includes("AWS_EC2_METADATA_DISABLED")) resolve();
      });
    }),
  ]);
  return { running, exports: lines.join("\n") };
}

/** What a POSIX shell makes of `export` lines. */
async function variables(exports: string): Promise<Record<string, string>> {
  const script = `${exports}\nexec "$0" -e 'console.log(JSON.stringify(process.env))'`;
  return JSON.parse((await execa("sh", ["-c", script, process.execPath], { env: {}, extendEnv: false })).stdout);
}

describe("agent-roles sandbox", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "prints export lines that a shell takes, and stops cleanly on %s",
    async (signal) => {
      const { running, exports } = await sandbox();
      const env = await variables(exports);
      const client = new STSClient(clientConfig(env));
      const { Arn } = await client.send(new GetCallerIdentityCommand({}));
      const { exitCode, stderr } = await running.stop(signal);
      expect(Arn).toBe("arn:aws:iam::123456789012:user/sandbox-admin");
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/^A test tool/);
      await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toThrow(/ECONNREFUSED/);
    },
  );

  it("says so when the port is taken, and ends with 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const address = other.address();
    const port = String(typeof address === "object" ? address?.port : "");
    const { exitCode, stderr } = await agentRoles(["sandbox", "--port", port], cleanEnv(home));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(port);
    expect(stderr).toContain("fix: ");
  });
});
