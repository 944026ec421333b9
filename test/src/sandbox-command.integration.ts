import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentRoles, startAgentRoles } from "./harness/agent-roles.ts";
import { cleanEnv } from "./harness/clean-env.ts";
import { clientConfig } from "./harness/client-config.ts";
import { REPOSITORY } from "./harness/repository.ts";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-sandbox-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

/** Starts `agent-roles sandbox` and waits for the last of its variables. */
async function sandbox(args: readonly string[] = []) {
  const running = startAgentRoles(["sandbox", ...args], cleanEnv(home));
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
      const { running, exports } = await sandbox(["--manifest", join(REPOSITORY, "agent-roles.yaml")]);
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
    const { running, exports } = await sandbox();
    const { AWS_ENDPOINT_URL = "" } = await variables(exports);
    const { exitCode, stderr } = await agentRoles(
      ["sandbox", "--port", new URL(AWS_ENDPOINT_URL).port],
      cleanEnv(home),
    );
    await running.stop("SIGTERM");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(new URL(AWS_ENDPOINT_URL).port);
    expect(stderr).toContain("fix: ");
  });
});
