import { createServer } from "node:http";
import { connect } from "node:net";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { type AgentRoles, AgentRolesError, createAgentRoles, type SessionCredentials } from "@agent-roles/runtime";
import { type Clock, systemClock } from "@agent-roles/runtime/clock";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { credentialsEndpoint, type Endpoint, type EndpointProfile } from "./credentials-endpoint.ts";
import type { Address } from "./limited-server.ts";

const ROLES = {
  AWS_ROLE_1: "arn:aws:iam::123456789013:role/One:One",
  AWS_ROLE_2: "arn:aws:iam::123456789013:role/Two:Team/Two@50%",
};

let home: string;
let endpoint: Endpoint;
let roles: AgentRoles;
let url: string;
let profiles: readonly EndpointProfile[];
let assume: (name: string) => Promise<SessionCredentials>;
let calls: number;
let now: number;
const clock: Clock = { ...systemClock, now: () => now };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-endpoint-"));
  calls = 0;
  now = Date.parse("2026-01-01T00:00:00Z");
  assume = async (name) => session(name);
  endpoint = open(0);
  roles = createAgentRoles({
    env: ROLES,
    assumeRole: ({ role }) => assume(role.arn.slice(-3)),
    clock,
    onEvent: endpoint.onEvent,
    onCall: endpoint.onCall,
  });
  await endpoint.listen(roles);
});
afterEach(async () => {
  await endpoint.close();
  await rm(home, { recursive: true, force: true });
});

function open(port: number, metrics?: Address): Endpoint {
  return credentialsEndpoint({
    port,
    ...(metrics && { metrics }),
    env: { HOME: home },
    clock,
    onProfiles: (...given) => {
      [url, profiles] = given;
    },
    onFailure: (error) => {
      throw error;
    },
  });
}

function session(name: string, lifetimeMs = 3_600_000): SessionCredentials {
  calls += 1;
  return {
    accessKeyId: `ASIA${name}${calls}EXAMPLE`,
    secretAccessKey: "hush",
    sessionToken: "token",
    accountId: "123456789013",
    issuedAt: new Date(now + lifetimeMs - 3_600_000),
    expiration: new Date(now + lifetimeMs),
  };
}

function of(index: number): EndpointProfile {
  const profile = profiles[index];
  if (!profile) throw new Error("there is no such profile");
  return profile;
}

async function token(index: number): Promise<string> {
  return readFile(of(index).tokenFile, "utf8");
}

async function get(uri: string, headers: Record<string, string> = {}) {
  const response = await fetch(uri, { headers });
  const body: Readonly<Record<string, unknown>> = JSON.parse(await response.text());
  return { status: response.status, headers: response.headers, body };
}

const ask = async (index = 0) => get(of(index).uri, { authorization: await token(index) });

/** Sends bytes as they are, which no client would. @returns all that comes back until the server closes. */
async function send(bytes: string, port = Number(new URL(url).port)): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => undefined);
  socket.write(bytes);
  return text(socket).catch(() => "");
}

async function freePort(): Promise<number> {
  const other = createServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  other.close();
  return typeof address === "object" && address ? address.port : 0;
}

const HOST = () => new URL(url).host;

it("answers in the protocol of containers, from memory", async () => {
  const first = await ask();
  expect(first).toMatchObject({
    status: 200,
    body: {
      AccessKeyId: "ASIAOne1EXAMPLE",
      SecretAccessKey: "hush",
      Token: "token",
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      AccountId: "123456789013",
      RoleArn: "arn:aws:iam::123456789013:role/One",
    },
  });
  expect(first.headers.get("content-type")).toMatch(/^application\/json/);
  expect(first.headers.get("cache-control")).toBe("no-store");
  expect((await ask()).body).toEqual(first.body);
  expect(calls).toBe(1);
});

it("answers for a profile whose name has to be escaped", async () => {
  expect(await ask(1)).toMatchObject({ status: 200, body: { AccessKeyId: "ASIATwo1EXAMPLE" } });
});

it("writes each token to a file for the user alone, without a newline", async () => {
  const tokens = [await token(0), await token(1)];
  expect(tokens).toEqual([expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^[\w-]{43}$/)]);
  expect(new Set(tokens).size).toBe(2);
});

it.skipIf(process.platform === "win32")("makes the token files and their directory private", async () => {
  const { tokenFile } = of(0);
  const modes = await Promise.all([tokenFile, dirname(tokenFile)].map(async (path) => (await stat(path)).mode & 0o777));
  expect(modes).toEqual([0o600, 0o700]);
});

it("removes the token files when it ends", async () => {
  const { tokenFile } = of(0);
  await endpoint.close();
  await expect(stat(dirname(tokenFile))).rejects.toMatchObject({ code: "ENOENT" });
});

it("refuses a request without a token, with a wrong one, and with that of another profile", async () => {
  const wrong = ["x", "", `Bearer ${await token(0)}`, `${await token(0)}x`, await token(1)];
  expect(await get(of(0).uri)).toMatchObject({ status: 401, body: { code: "MissingToken" } });
  for (const authorization of wrong) {
    expect(await get(of(0).uri, { authorization })).toMatchObject({ status: 403, body: { code: "AccessDenied" } });
  }
  expect(calls).toBe(0);
});

it("does not give away which profiles exist", async () => {
  const authorization = await token(0);
  const [unknown, other] = [
    await get(`${url}/credentials/Nobody`, { authorization }),
    await get(of(1).uri, { authorization }),
  ];
  expect(unknown).toMatchObject({ status: 403, body: other.body });
});

it.each([
  ["origin", "http://127.0.0.1"],
  ["x-forwarded-for", "127.0.0.1"],
  ["x-forwarded-host", "localhost"],
  ["forwarded", "for=127.0.0.1"],
  ["sec-fetch-site", "same-origin"],
])("refuses a request with the header %s, also on the paths without a token", async (name, value) => {
  const authorization = await token(0);
  for (const uri of [of(0).uri, `${url}/healthz`, `${url}/metrics`, `${url}/nothing`]) {
    const answer = await send(
      `GET ${new URL(uri).pathname} HTTP/1.1\r\nHost: ${HOST()}\r\nAuthorization: ${authorization}\r\n${name}: ${value}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 403 [^]*"code":"ForeignRequest"/);
  }
  expect(calls).toBe(0);
});

/** What browsers send for an address. */
const browser = (site: string, mode = "navigate", destination = "document"): Record<string, string> => ({
  "sec-fetch-site": site,
  "sec-fetch-mode": mode,
  "sec-fetch-dest": destination,
});

async function visit(path: string, headers: Record<string, string>): Promise<string> {
  const lines = Object.entries({ host: HOST(), connection: "close", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return send(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
}

it("shows the status page to a person: the address entered, the page reloaded, a client that is no browser", async () => {
  await roles.assumeAll();
  for (const headers of [browser("none"), browser("same-origin"), {}]) {
    const answer = await visit("/", headers);
    expect(answer).toMatch(/^HTTP\/1.1 200 [^]*content-type: text\/html[^]*2 profiles: 2 fresh/i);
    expect(answer).toMatch(/content-security-policy: default-src 'none';[^]*frame-ancestors 'none'/i);
    expect(answer).not.toMatch(/hush|ASIA|access-control/i);
    expect(answer).not.toContain(await token(0));
  }
});

it.each([
  ["a link of another site", "/", browser("cross-site")],
  ["a page on another port", "/", browser("same-site")],
  ["a frame", "/", browser("same-origin", "navigate", "iframe")],
  ["a script", "/", browser("same-origin", "cors", "empty")],
  ["an image", "/", browser("none", "no-cors", "image")],
  ["a form", "/", { ...browser("same-origin"), origin: "http://127.0.0.1" }],
  ["an address with a query", "/?", browser("none")],
  ["the address of credentials", "/credentials/One", browser("none")],
  ["the address of metrics", "/metrics", browser("none")],
  ["a proxy", "/", { ...browser("none"), "x-forwarded-for": "127.0.0.1" }],
])("refuses %s in a browser", async (_, path, headers) => {
  expect(await visit(path, headers)).toMatch(/^HTTP\/1.1 403 [^]*"code":"ForeignRequest"/);
});

it("refuses the status page under another name of this machine", async () => {
  expect(await visit("/", { ...browser("none"), host: "evil.example" })).toMatch(/^HTTP\/1.1 403 [^]*"ForeignHost"/);
});

it.each([
  ["evil.example", false],
  ["evil.example:PORT", false],
  ["127.0.0.1", false],
  ["127.0.0.1:1", false],
  ["127.0.0.1.evil.example:PORT", false],
  ["169.254.170.2:PORT", false],
  ["0.0.0.0:PORT", false],
  ["", false],
  ["127.0.0.1:PORT", true],
  ["localhost:PORT", true],
  ["LOCALHOST:PORT", true],
  ["[::1]:PORT", true],
])("takes requests for the host %j: %s", async (host, isTaken) => {
  const port = new URL(url).port;
  const answer = await send(
    `GET /credentials/One HTTP/1.1\r\nHost: ${host.replace("PORT", port)}\r\nAuthorization: ${await token(0)}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(isTaken ? /^HTTP\/1.1 200 / : /^HTTP\/1.1 403 [^]*"code":"ForeignHost"/);
});

it.each([
  "/credentials/../credentials/One",
  "/credentials/%2e%2e/credentials/One",
  "//credentials/One",
  "/credentials//One",
  "/credentials/One/",
  "/credentials/One/..",
  "/./credentials/One",
  "/CREDENTIALS/One",
  "/credentials",
  "/credentials/",
  "/credentials/One;x",
  "/credentials/One%00",
  "/credentials/One%2f..%2fOne",
  "/credentials/%252e",
  "/credentials/%zz",
  "/credentials/one",
  `/credentials/${"x".repeat(2_000)}`,
  "http://evil.example/credentials/One",
  "http://127.0.0.1/credentials/One",
  "*",
])("gives no credentials for the path %s", async (path) => {
  const answer = await send(
    `GET ${path} HTTP/1.1\r\nHost: ${HOST()}\r\nAuthorization: ${await token(0)}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 4\d\d [^]*\{"code":"\w+","message":"[^"]+"\}$/);
  expect(calls).toBe(0);
});

it.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND", "BREW"])(
  "refuses the method %s",
  async (method) => {
    const answer = await send(
      `${method} /credentials/One HTTP/1.1\r\nHost: ${HOST()}\r\nAuthorization: ${await token(0)}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).not.toMatch(/ 200 |ASIA|access-control/i);
  },
);

it.each([
  ["a header", (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
  ["a path", (host: string) => `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, 431],
  ["a body", (host: string) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 999999999\r\n\r\nx`, 413],
  [
    "a chunked body",
    (host: string) => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    413,
  ],
  ["a request that is none", () => "\u0016\u0003\u0001 hello\r\n\r\n", 400],
  [
    "two lengths",
    (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    400,
  ],
])("refuses %s that is too large or malformed, and closes the connection", async (_, bytes, status) => {
  expect(await send(bytes(HOST()))).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*"code":"`));
});

it("ends a request that does not end itself, and serves others meanwhile", async () => {
  const slow = [send("GET /healthz HTTP/1.1\r\n"), send("")];
  expect(await ask()).toMatchObject({ status: 200 });
  const [started, silent] = await Promise.all(slow);
  expect(started).toMatch(/^HTTP\/1.1 408 [^]*"code":"RequestTimeout"/);
  expect(silent).not.toContain("200");
});

it("never gives expired credentials: the answer is the code of the failure", async () => {
  expect(await ask()).toMatchObject({ status: 200 });
  now += 3_600_000;
  const code = "TrustDenied";
  assume = async () => {
    throw new AgentRolesError("One: refused", { code, fix: "Repair the trust policy." });
  };
  expect(await ask()).toMatchObject({ status: 503 });
  expect((await ask()).body).toEqual({ code, message: "One: refused; Repair the trust policy." });
});

it("answers 503 while the role is being assumed for longer than clients wait", async () => {
  const answers: ((value: SessionCredentials) => void)[] = [];
  assume = () => new Promise((resolve) => answers.push(resolve));
  expect(await ask()).toMatchObject({ status: 503, body: { code: "Unavailable" } });
  answers[0]?.(session("One"));
  expect(await ask()).toMatchObject({ status: 200 });
});

it("gives credentials with less than sixteen minutes at once, and gets newer ones for the next request", async () => {
  assume = async (name) => session(name, 15 * 60_000);
  expect((await ask()).body).toMatchObject({ AccessKeyId: "ASIAOne1EXAMPLE" });
  assume = async (name) => session(name);
  await vi.waitFor(async () => expect((await ask()).body["AccessKeyId"]).not.toBe("ASIAOne1EXAMPLE"), {
    timeout: 600_000,
  });
});

const expiration = async () => Date.parse(String((await ask()).body["Expiration"]));

it("says the expiration by this machine's clock, as readers do", async () => {
  const before = await expiration();
  endpoint.onEvent({ type: "clockSkew", offsetMs: 600_000 });
  expect(await expiration()).toBe(before - 600_000);
});

it("is ready when all profiles are valid, and names those that are not", async () => {
  expect(await get(`${url}/healthz`)).toMatchObject({ status: 200, body: { status: "ok" } });
  expect(await get(`${url}/readyz`)).toMatchObject({ status: 503, body: { ready: false } });
  assume = async (name) => {
    if (name === "Two") throw new AgentRolesError("Two: refused", { code: "TrustDenied", fix: "Repair it." });
    return session(name);
  };
  await roles.assumeAll();
  expect((await get(`${url}/readyz`)).body).toEqual({
    ready: false,
    notReady: [
      {
        profile: "Team/Two@50%",
        status: "failed",
        failure: { code: "TrustDenied", message: "Two: refused", fix: "Repair it." },
      },
    ],
  });
  assume = async (name) => session(name);
  await roles.assumeAll();
  expect(await get(`${url}/readyz`)).toMatchObject({ status: 200, body: { ready: true, notReady: [] } });
});

it("serves monitors of other machines metrics and readiness, and nothing else", async () => {
  await endpoint.close();
  const port = await freePort();
  endpoint = open(0, { host: "127.0.0.1", port });
  await endpoint.listen(roles);
  const monitor = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  expect((await monitor("/readyz")).status).toBe(503);
  assume = async (name) => {
    if (name === "Two") throw new AgentRolesError("Two: refused", { code: "TrustDenied", fix: "Repair it." });
    return session(name);
  };
  await roles.assumeAll();
  expect(await (await monitor("/readyz")).text()).toBe('{"ready":false}');
  assume = async (name) => session(name);
  await roles.assumeAll();
  for (const path of ["/readyz", "/healthz", "/metrics"]) expect((await monitor(path)).status).toBe(200);
  const headers = { authorization: await token(0) };
  for (const path of ["/", "/credentials/One", "/credentials/Team%2FTwo%4050%25"]) {
    expect((await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status).toBe(404);
  }
  const anyName = await send("GET /metrics HTTP/1.1\r\nHost: 10.0.0.7:9912\r\nConnection: close\r\n\r\n", port);
  expect(anyName).toMatch(/^HTTP\/1.1 200 /);
  const page = `GET /metrics HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n`;
  expect(await send(page, port)).toMatch(/^HTTP\/1.1 403 [^]*ForeignRequest/);
});

it("counts rotations, failures and calls, and shows the time to expiration of each profile", async () => {
  assume = async (name) => {
    if (name === "Two") throw new AgentRolesError("Two: refused", { code: "TrustDenied", fix: "Repair it." });
    return session(name);
  };
  await roles.assumeAll();
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=/);
  const metrics = await response.text();
  for (const line of [
    'agent_roles_rotations_total{profile="One"} 1',
    'agent_roles_failures_total{code="TrustDenied"} 1',
    'agent_roles_credentials_expiry_seconds{profile="Team/Two@50%"} 0',
    'agent_roles_sts_call_duration_seconds_count{result="ok"} 1',
    'agent_roles_sts_call_duration_seconds_count{result="TrustDenied"} 1',
  ]) {
    expect(metrics.split("\n")).toContain(line);
  }
  expect(metrics).toMatch(/^agent_roles_credentials_expiry_seconds\{profile="One"\} 3600$/m);
  expect(metrics).not.toMatch(/hush|ASIA|token"/);
});

it("follows the roles: added profiles get a token, that of removed ones is worth nothing", async () => {
  const [removed, kept] = [of(1), await token(0)];
  const authorization = await token(1);
  roles.update({ AWS_ROLE_1: ROLES.AWS_ROLE_1, AWS_ROLE_2: "arn:aws:iam::123456789013:role/New:New" });
  await vi.waitFor(() => expect(of(1).profile).toBe("New"), { timeout: 600_000 });
  expect(await get(removed.uri, { authorization })).toMatchObject({ status: 403 });
  await expect(stat(removed.tokenFile)).rejects.toMatchObject({ code: "ENOENT" });
  expect(await ask(1)).toMatchObject({ status: 200, body: { AccessKeyId: expect.stringContaining("New") } });
  expect(await token(0)).toBe(kept);
});

it("refuses a port that another process uses, and leaves nothing", async () => {
  const other = createServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const second = open(port);
  await expect(second.listen(roles)).rejects.toThrow(new RegExp(`port ${port} of 127.0.0.1 is in use\\n  fix: `));
  // The endpoint itself could listen: it is closed again.
  const third = open(await freePort(), { host: "127.0.0.1", port });
  await expect(third.listen(roles)).rejects.toThrow(`port ${port} of 127.0.0.1 is in use`);
  await second.close();
  other.close();
});
