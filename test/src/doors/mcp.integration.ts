import { once } from "node:events";
import { access, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { profileClients } from "../harness/clients.ts";
import { CLI } from "../harness/repository.ts";
import { retry } from "../harness/retry.ts";
import { type Fixture, openFixture, sessionOf } from "./fixture.ts";

type Env = Readonly<Record<string, string>>;

const clients = await profileClients();
const proxy = await execa("mcp-proxy-for-aws", ["--help"], { reject: false });
const noProxy = proxy.exitCode === 0 ? "" : " (skipped: mcp-proxy-for-aws is not on the PATH)";

let fixture: Fixture;
let agent: Env;
let outsider: Env;
beforeAll(async () => {
  fixture = await openFixture();
  agent = await fixture.agent();
  // Another program of the same user, without the master's credentials.
  outsider = { ...(await fixture.outsider()), ...homeOf(agent) };
});
afterAll(() => fixture?.close());

function homeOf(env: Env): Env {
  const names = ["HOME", "USERPROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];
  return Object.fromEntries(names.map((name) => [name, env[name] ?? ""]));
}

interface Connection {
  readonly pid: number;
  /** The JSON that a tool answers. */
  readonly call: (name: string, args?: Record<string, unknown>) => Promise<Record<string, unknown>>;
}

/** Starts the built command, with the SDK's own client. */
async function connect(env: Env = agent): Promise<Connection> {
  const args = ["--", CLI, "mcp", "--on-behalf-of", "alice@example.com"];
  const transport = new StdioClientTransport({ command: process.execPath, args, env: { ...env }, stderr: "ignore" });
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    pid: transport.pid ?? 0,
    call: async (name, given = {}) => {
      const { content } = await client.callTool({ name, arguments: given });
      const [first] = content;
      return JSON.parse(first?.type === "text" ? first.text : "");
    },
  };
}

async function config(): Promise<string> {
  return readFile(agent["AWS_CONFIG_FILE"] ?? "", "utf8").catch(() => "");
}

describe.each(clients)("a task's profile and $name", ({ missing, arn }) => {
  it.skipIf(missing)(`is there while the task is open${missing ? ` (skipped: ${missing})` : ""}`, async () => {
    const { call } = await connect();
    expect(await call("open_task", { id: "INC-42", profiles: ["First"] })).toMatchObject({
      profiles: [{ profile: "INC-42.First", arn: expect.stringMatching(/FirstRole\/INC-42$/), access: "read" }],
    });
    await expect(arn("INC-42.First", outsider)).resolves.toMatch(sessionOf("First"));
    await expect(arn("INC-42.Second", outsider)).rejects.toThrow(/profile|credential/i);
    await call("end_task", { id: "INC-42" });
    await expect(arn("INC-42.First", outsider)).rejects.toThrow(/profile|credential/i);
  });
});

it.each(["SIGTERM", "SIGINT"] as const)("ends its tasks at %s, also those that are being opened", async (signal) => {
  const { call, pid } = await connect();
  await call("open_task", { id: "one", profiles: ["First"] });
  const opening = call("open_task", { id: "two", profiles: ["First"] }).catch(() => undefined);
  process.kill(pid, signal);
  await opening;
  await retry(async () => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
  expect(await config()).not.toContain("[profile");
});

it("removes at its start what a killed server left, and nothing of one that runs", async () => {
  const running = await connect();
  const killed = await connect();
  await running.call("open_task", { id: "running", profiles: ["First"] });
  await killed.call("open_task", { id: "killed", profiles: ["First"] });
  process.kill(killed.pid, "SIGKILL");
  await retry(async () => expect(() => process.kill(killed.pid, 0)).toThrow("ESRCH"));
  expect(await config()).toContain("[profile killed.First]");
  const next = await connect();
  await next.call("list_profiles");
  expect(await config()).not.toContain("killed.First");
  expect(await running.call("whoami", { profile: "running.First" })).toMatchObject({ task: "running" });
  expect(await config()).toContain("[profile running.First]");
});

it("refuses a task that another server of this user has open, whose profile stays", async () => {
  const [first, second] = [await connect(), await connect()];
  await first.call("open_task", { id: "INC-7", profiles: ["First"] });
  const before = await config();
  expect(await second.call("open_task", { id: "INC-7", profiles: ["First"] })).toMatchObject({ code: "TaskOpen" });
  expect(await second.call("end_task", { id: "INC-7" })).toMatchObject({ code: "UnknownTask" });
  expect((await config()).replace(/ contested=\S+/, "")).toBe(before);
  expect(await second.call("open_task", { id: "INC-8", profiles: ["First"] })).toHaveProperty("profiles");
});

it("writes nothing but the protocol to standard output, whatever it reads", async () => {
  const lines = [
    "hello",
    "[]",
    '{"jsonrpc":"2.0","id":1,"method":"nope"}',
    '{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}',
    '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"__proto__","arguments":{}}}',
    '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"whoami","arguments":[1]}}',
    "a".repeat(2_000_000),
  ];
  const command = execa(process.execPath, ["--", CLI, "mcp"], { env: agent, extendEnv: false, stdin: "pipe" });
  for (const line of lines) command.stdin.write(`${line}\n`);
  // It ends by itself: a message that is too large closes the connection.
  const { stdout } = await command;
  for (const line of stdout.split("\n")) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
});

/** An MCP server that AWS could run: it answers with the access key that signed the call. */
async function signedBy(): Promise<{ readonly url: string }> {
  const server = createServer((request, response) => {
    void json(request).then(
      (message) => {
        const { id, method }: { id?: number; method?: string } = Object(message);
        if (id === undefined) return response.writeHead(202).end();
        const key = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "nobody";
        const results: Readonly<Record<string, object>> = {
          initialize: {
            protocolVersion: "2025-06-18",
            capabilities: { tools: {} },
            serverInfo: { name: "aws", version: "1" },
          },
          "tools/list": { tools: [{ name: "aws___call_aws", inputSchema: { type: "object" } }] },
          "tools/call": { content: [{ type: "text", text: key }] },
        };
        const body = JSON.stringify({ jsonrpc: "2.0", id, result: results[method ?? ""] ?? {} });
        return response.writeHead(200, { "Content-Type": "application/json" }).end(body);
      },
      () => response.writeHead(405).end(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/mcp` };
}

it.skipIf(noProxy)(`gives mcp-proxy-for-aws the credentials of the task${noProxy}`, async () => {
  const { call } = await connect();
  for (const id of ["INC-42", "INC-43"]) await call("open_task", { id, profiles: ["First"] });
  const { url } = await signedBy();
  const transport = new StdioClientTransport({
    command: "mcp-proxy-for-aws",
    args: [url, "--service", "aws-mcp", "--region", "us-east-1", "--profile", "INC-42.First", "INC-43.First"],
    env: { ...outsider },
    stderr: "ignore",
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  onTestFinished(() => client.close());
  const keyOf = async (profile: string): Promise<string> => {
    const { content } = await client.callTool({ name: "aws___call_aws", arguments: { aws_profile: profile } });
    return content[0]?.type === "text" ? content[0].text : "";
  };
  for (const profile of ["INC-42.First", "INC-43.First"]) {
    const file = /credential_process = cat "(.+)"/.exec((await config()).split(`[profile ${profile}]`)[1] ?? "")?.[1];
    await access(file ?? "");
    expect(await keyOf(profile)).toBe(JSON.parse(await readFile(file ?? "", "utf8")).AccessKeyId);
  }
});
