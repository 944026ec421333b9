import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AssumeRole, createAgentRoles, type RoleRequest } from "@agent-roles/runtime";
import { type Clock, systemClock } from "@agent-roles/runtime/clock";
import type { Env } from "@agent-roles/runtime/role-env";
import { Client, type ClientOptions, InMemoryTransport } from "@modelcontextprotocol/client";
import { serveMcp } from "./serve-mcp.ts";

export const ENV: Env = {
  AWS_ROLE_1: "arn:aws:iam::123456789012:role/agent-roles/MyFirstRole:MyFirstAccount",
  AWS_ROLE_1_ENVIRONMENT: "prod",
  AWS_ROLE_1_DESCRIPTION: "Billing",
  AWS_ROLE_2: "arn:aws:iam::123456789013:role/MySecondRole:MySecondAccount",
  AWS_ROLE_2_ACCESS: "view",
  AWS_ROLE_2_REGION: "eu-central-1",
};

export interface TestServerOptions {
  readonly env?: Env;
  readonly client?: ClientOptions;
  readonly onBehalfOf?: string;
  /** Called for each AssumeRole; what it throws is the answer of STS. */
  readonly sts?: (request: RoleRequest) => void;
  /** The directory of another server. */
  readonly home?: string;
}

/** What a tool answered. */
const NOW = Date.parse("2026-01-01T00:00:00Z");
const clock: Clock = { ...systemClock, now: () => NOW };

interface ToolAnswer {
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string };
  // oxlint-disable-next-line typescript/no-explicit-any -- tests compare it with what they expect
  readonly result?: any;
}

export interface TestServer {
  readonly client: Client;
  readonly home: string;
  /** The AssumeRole calls. */
  readonly requests: readonly RoleRequest[];
  readonly call: (name: string, args?: Readonly<Record<string, unknown>>) => Promise<ToolAnswer>;
  /** The AWS config file; empty where there is none. */
  readonly config: () => Promise<string>;
  /** Stops the server as SIGTERM does. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A client of the SDK, connected to a server in this process, whose STS answers with the role that it was asked for. */
export async function connectedServer(options: TestServerOptions = {}): Promise<TestServer> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "agent-roles-mcp-")));
  const env = { HOME: home, ...(options.env ?? ENV) };
  const requests: RoleRequest[] = [];
  const assumeRole: AssumeRole = async (request) => {
    requests.push(request);
    options.sts?.(request);
    const { role, attributes = {}, durationSeconds = 3_600 } = request;
    return {
      accessKeyId: `ASIA${requests.length}EXAMPLE`,
      secretAccessKey: "hush-hush",
      // The identity that `identify` finds again.
      sessionToken: `${role.accountId}/${role.roleName}/${attributes.roleSessionName ?? "agent-roles"}`,
      issuedAt: new Date(NOW),
      expiration: new Date(NOW + durationSeconds * 1_000),
      accountId: role.accountId,
    };
  };
  const stop = new AbortController();
  const [near, far] = InMemoryTransport.createLinkedPair();
  const served = serveMcp({
    roles: createAgentRoles({ env, assumeRole, clock }),
    env,
    clock,
    cwd: home,
    version: "1.2.3",
    signal: stop.signal,
    onError: () => undefined,
    transport: far,
    identify: async (config) => {
      const { sessionToken = "" } = await config.credentials();
      const [accountId = "", ...name] = sessionToken.split("/");
      return { accountId, arn: `arn:aws:sts::${accountId}:assumed-role/${name.join("/")}` };
    },
    ...(options.onBehalfOf !== undefined && { onBehalfOf: options.onBehalfOf }),
  });
  const client = new Client({ name: "test", version: "1" }, options.client);
  await client.connect(near);
  const finish = async (): Promise<void> => {
    stop.abort();
    await served;
  };
  return {
    client,
    home,
    requests,
    call: async (name, args = {}) => {
      const { isError, content, structuredContent } = await client.callTool({ name, arguments: { ...args } });
      const [first] = content;
      const text = first?.type === "text" ? first.text : "";
      if (isError) return { error: JSON.parse(text) };
      if (JSON.stringify(structuredContent) !== text) throw new Error(`two answers: ${text}`);
      return { result: structuredContent };
    },
    config: () => readFile(join(home, ".aws", "config"), "utf8").catch(() => ""),
    stop: finish,
    close: async () => {
      await client.close();
      await finish();
      await rm(home, { recursive: true, force: true });
    },
  };
}
