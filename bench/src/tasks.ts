import { createAgentRoles } from "@agent-roles/runtime";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import process from "node:process";
import type { Bench } from "./bench.ts";
import { alternate, elapsedMs, type Sample } from "./harness/measure.ts";
import { AGENT_ROLES, child, cleanEnv, figureOf, homeAt, inTemporaryDirectory } from "./harness/processes.ts";
import { fakeSts, HOUR_MS, LATENCY_MS, manyRoles } from "./harness/sts.ts";
import { withStsStub } from "./harness/sts-stub.ts";

const TASKS = 500;
const PROFILES = 1_000;
const CALLS = 20;

export const taskCalls: Bench = {
  name: "task-calls",
  what: "AssumeRole calls of 500 tasks of one profile at once, each read three times, against one for each task",
  budget: { kind: "ratio", atMost: 1 },
  run: async (scale) => {
    let measured = 0;
    const assumeRole = fakeSts({ latencyMs: 1, lifetimeMs: HOUR_MS });
    const roles = createAgentRoles({
      env: manyRoles(1),
      assumeRole: (...request) => {
        measured += 1;
        return assumeRole(...request);
      },
    });
    const tasks = Array.from({ length: scale(TASKS) }, (_, index) => roles.task({ id: `INC-${index}` }));
    await Promise.all(tasks.flatMap((task) => [1, 2, 3].map(() => task.credentials("Profile0")())));
    return { measured, baseline: tasks.length, unit: "calls", noise: 0 };
  },
};

export const taskScoped: Bench = {
  name: "task-scoped",
  what: "median of task.scoped with STS at 50 ms, against one GetScopedCredentials of the bare SDK client",
  budget: { kind: "ratio", atMost: 1.25 },
  run: (scale) =>
    withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS }, async ({ env }) => {
      const sample = (how: string) => () => figureOf([child("scoped"), how, `${scale(CALLS)}`], env);
      const samples = { subject: sample("ours"), baseline: sample("bareSdk") };
      return alternate({ ...samples, repetitions: scale(5), unit: "ms" });
    }),
};

export const mcpListProfiles: Bench = {
  name: "mcp-list-profiles",
  what: "list_profiles of 1,000 profiles over stdio, against a bare server of the same library with the same answer",
  budget: { kind: "none" },
  run: (scale) =>
    inTemporaryDirectory(async (directory) => {
      const count = scale(PROFILES);
      const env = {
        ...manyRoles(count),
        ...homeAt(directory),
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
        AWS_SECRET_ACCESS_KEY: "x",
      };
      return withMcpServer([...AGENT_ROLES, "mcp"], env, (ours) =>
        withMcpServer([child("bare-mcp-server"), `${count}`], {}, async (bare) => {
          const samples = { subject: listing(ours, count), baseline: listing(bare, count), unit: "ms" } as const;
          await alternate({ ...samples, repetitions: 1 });
          return alternate({ ...samples, repetitions: scale(CALLS) });
        }),
      );
    }),
};

function listing(client: Client, limit: number): Sample {
  return () =>
    elapsedMs(async () => {
      const { structuredContent } = await client.callTool({ name: "list_profiles", arguments: { limit } });
      const { total } = Object(structuredContent);
      if (total !== limit) throw new Error(`list_profiles has ${total} profiles instead of ${limit}`);
    });
}

async function withMcpServer<T>(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ name: "bench", version: "1" }, { versionNegotiation: { mode: "auto" } });
  const inherited = Object.entries(cleanEnv()).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const all: Record<string, string> = { ...Object.fromEntries(inherited), ...env };
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [...args], env: all, stderr: "ignore" }),
  );
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
