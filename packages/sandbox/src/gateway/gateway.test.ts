import { createServer, get, type IncomingMessage, request as httpRequest } from "node:http";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADMINISTRATOR, MASTER, MAY_ASSUME, OTHER, stsContext, trust } from "../sts/fake-iam.test-helper.ts";
import type { StsContext } from "../sts/issue-session.ts";
import { gatewayHandler } from "./gateway.ts";
import { listenOnLoopback, type LoopbackServer } from "./listen-on-loopback.ts";
import { presignedUrl, type SignOptions, signedHeaders } from "./sign.test-helper.ts";

const AGENT = `arn:aws:iam::${MASTER}:role/agent-master`;
const TARGET = `arn:aws:iam::${OTHER}:role/MySecondRole`;
const USER_KEYS = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "user secret" };
const USER = {
  arn: `arn:aws:iam::${MASTER}:user/alice`,
  userId: "AIDAEXAMPLE",
  accountId: MASTER,
  secretAccessKey: USER_KEYS.secretAccessKey,
  identityPolicies: [ADMINISTRATOR],
  tags: {},
};

let clock = Date.UTC(2026, 10, 22, 12);
let sts: StsContext;
let moto: { readonly url: string; seen: { request: IncomingMessage; body: string }[]; close(): Promise<void> };
/** What moto answers, when it is not the usual. */
let motoAnswer:
  | { readonly status: number; readonly headers: Record<string, string>; readonly body: string }
  | undefined;
let gateway: LoopbackServer;

beforeAll(async () => {
  const seen: { request: IncomingMessage; body: string }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      // The gateway has the parameters of STS checked here.
      const isCheck = request.headers["x-sandbox-service"] === "sts";
      if (!isCheck) seen.push({ request, body });
      if (motoAnswer && !isCheck)
        return void response.writeHead(motoAnswer.status, motoAnswer.headers).end(motoAnswer.body);
      const cors = { "access-control-allow-origin": request.headers.origin ?? "*" };
      response.writeHead(201, { "content-type": "text/plain", "x-from": "moto", ...cors }).end("from moto");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const close = async (): Promise<void> => {
    server.close();
    await once(server, "close");
  };
  moto = { url: `http://127.0.0.1:${port}`, seen, close };
});
afterAll(() => moto.close());

beforeEach(async () => {
  moto.seen.length = 0;
  motoAnswer = undefined;
  sts = stsContext(
    {
      roles: {
        [AGENT]: { identityPolicies: [MAY_ASSUME] },
        [TARGET]: { trustPolicy: trust(), identityPolicies: [ADMINISTRATOR] },
      },
      users: { [USER_KEYS.accessKeyId]: USER },
    },
    () => clock,
  );
  gateway = await listenOnLoopback(
    gatewayHandler({ ...sts, moto: { endpoint: moto.url, gatewayToken: "token" }, motoDeath: () => undefined }),
    0,
  );
  return () => gateway.close();
});

interface Sent extends Partial<SignOptions> {
  readonly unsigned?: boolean;
}

const send = async (options: Sent): Promise<{ status: number; text: string; headers: Headers }> => {
  const { method = "POST", path = "/", body } = options;
  const host = `localhost:${gateway.port}`;
  const signing = { ...USER_KEYS, service: "sts", signingDate: new Date(clock), ...options, host };
  const headers = options.unsigned
    ? { "content-type": options.contentType ?? "application/x-www-form-urlencoded" }
    : await signedHeaders(signing);
  const search = options.query ? `?${new URLSearchParams(options.query).toString().replaceAll("+", "%20")}` : "";
  const answer = await fetch(`http://${host}${path}${search}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};

const assumeRole = (RoleArn: string, extra: Sent = {}) =>
  send({ body: new URLSearchParams({ Action: "AssumeRole", RoleArn, RoleSessionName: "work" }).toString(), ...extra });

/** The status of a request whose `Host` can be any; `fetch` sets its own. */
const rawGet = async (port: number, path: string, headers: Record<string, string>): Promise<number | undefined> => {
  const request = get({ host: "127.0.0.1", port, path, headers });
  const [answer]: IncomingMessage[] = await once(request, "response");
  answer?.resume();
  return answer?.statusCode;
};

const element = (name: string, xml: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";

/** A session of the target role, as its keys. */
const newSession = async () => {
  const { text: xml } = await assumeRole(TARGET);
  const [accessKeyId, secretAccessKey, sessionToken] = ["AccessKeyId", "SecretAccessKey", "SessionToken"].map((name) =>
    element(name, xml),
  );
  return { accessKeyId: accessKeyId ?? "", secretAccessKey: secretAccessKey ?? "", sessionToken: sessionToken ?? "" };
};

describe("the gateway", () => {
  it("answers GetCallerIdentity for a user and for a session, by POST and by GET", async () => {
    const body = "Action=GetCallerIdentity&Version=2011-06-15";
    expect(element("Arn", (await send({ body })).text)).toBe(USER.arn);
    const session = await newSession();
    const arn = `arn:aws:sts::${OTHER}:assumed-role/MySecondRole/work`;
    const posted = await send({ ...session, body });
    expect([element("Arn", posted.text), element("Account", posted.text)]).toEqual([arn, OTHER]);
    const got = await send({
      ...session,
      method: "GET",
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
    });
    expect(element("Arn", got.text)).toBe(arn);
  });

  it("forwards other services as the caller's account, and returns their answer", async () => {
    const session = await newSession();
    const answer = await send({ ...session, service: "iam", body: "Action=ListRoles" });
    expect([answer.status, answer.text, answer.headers.get("x-from")]).toEqual([201, "from moto", "moto"]);
    expect(moto.seen).toMatchObject([{ body: "Action=ListRoles", request: { method: "POST", url: "/" } }]);
    expect(moto.seen[0]?.request.headers).toMatchObject({
      "x-moto-account-id": OTHER,
      host: `localhost:${gateway.port}`,
    });
  });

  it("forwards a body to S3, path and query unchanged", async () => {
    const body = "x".repeat(1_000_000);
    const answer = await send({
      service: "s3",
      method: "PUT",
      path: "/bucket/a%20b",
      query: { "x-id": "PutObject" },
      body,
    });
    expect(answer.status).toBe(201);
    expect(moto.seen).toMatchObject([{ body, request: { url: "/bucket/a%20b?x-id=PutObject" } }]);
  });

  it("moves the bucket of a virtual host into the path", async () => {
    const host = `reports.localhost:${gateway.port}`;
    const signing = { ...USER_KEYS, service: "s3", signingDate: new Date(clock), method: "GET", path: "/a/1", host };
    expect(await rawGet(gateway.port, "/a/1", { ...(await signedHeaders(signing)), host })).toBe(201);
    expect(moto.seen[0]?.request).toMatchObject({
      url: "/reports/a/1",
      headers: { host: `localhost:${gateway.port}` },
    });
  });

  it("does not let a client choose its account, its service or a token", async () => {
    const host = `localhost:${gateway.port}`;
    const body = "Action=ListRoles";
    const headers = await signedHeaders({ ...USER_KEYS, service: "iam", signingDate: new Date(clock), host, body });
    const forged = {
      "x-moto-account-id": OTHER,
      x_moto_account_id: OTHER,
      "x-sandbox-service": "moto_api",
      x_sandbox_service: "moto_api",
      "x-sandbox-token": "guess",
    };
    await fetch(`http://${host}/`, { method: "POST", headers: { ...headers, ...forged }, body });
    const seen = moto.seen[0]?.request.headers;
    expect(seen).toMatchObject({
      "x-moto-account-id": MASTER,
      "x-sandbox-service": "iam",
      "x-sandbox-token": "token",
    });
    expect(Object.keys(seen ?? {}).filter((name) => name.includes("_"))).toEqual([]);
  });

  it.each([
    ["an Origin", { origin: "https://evil.example" }],
    ["its own Origin", { origin: "http://localhost:4566" }],
    ["an opaque Origin", { origin: "null" }],
    ["a fetch of another site", { "sec-fetch-site": "cross-site" }],
    ["a rebound name", { host: "evil.example:4566" }],
    ["a name that ends like a loopback name", { host: "evil-localhost" }],
    ["a name that starts like a loopback name", { host: "localhost.evil.example" }],
    ["another address of the machine", { host: "192.168.0.1:4566" }],
  ])("refuses a request with %s on every path, although it is signed", async (_case, extra: Record<string, string>) => {
    for (const path of ["/", "/_sandbox/faults", "/_sandbox/calls", "/bucket/key", "/moto-api/reset"]) {
      const host = extra["host"] ?? `localhost:${gateway.port}`;
      const signing = { ...USER_KEYS, service: "s3", signingDate: new Date(clock), method: "GET", path, host };
      const answer = await rawGet(gateway.port, path, { ...(await signedHeaders(signing)), host, ...extra });
      expect([path, answer]).toEqual([path, 403]);
    }
    expect(moto.seen).toEqual([]);
  });

  it.each([
    ["HTTP/1.0 without a host", "GET /_sandbox/calls HTTP/1.0\r\n\r\n"],
    ["two hosts", "GET /_sandbox/calls HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"],
    [
      "an absolute URL of another host",
      "GET http://evil.example/_sandbox/calls HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    ],
    [
      "an upgrade to a web socket",
      "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
    ["an empty Origin", "GET /_sandbox/faults HTTP/1.1\r\nHost: localhost\r\nOrigin:\r\n\r\n"],
    [
      "a chunked body of a page",
      "PUT /_sandbox/faults HTTP/1.1\r\nHost: localhost\r\nOrigin: http://a.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ],
    [
      "a page's own navigation in a frame",
      "GET /_sandbox/calls HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\r\n",
    ],
  ])("refuses %s, byte for byte", async (_case, bytes) => {
    const socket = connect(gateway.port, "127.0.0.1");
    socket.end(bytes);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 [^]*"__type":"AccessDenied"/);
    expect([moto.seen, sts.faults.current()]).toEqual([[], {}]);
  });

  it("answers a presigned URL of a program, and none that a page fetches", async () => {
    const host = `localhost:${gateway.port}`;
    const query = { Action: "GetCallerIdentity", Version: "2011-06-15" };
    const signing = { ...USER_KEYS, service: "sts", signingDate: new Date(clock), method: "GET", host, query };
    const url = await presignedUrl(signing);
    expect(await rawGet(gateway.port, url, { host })).toBe(200);
    expect(await rawGet(gateway.port, url, { host, origin: "https://evil.example" })).toBe(403);
    expect(await rawGet(gateway.port, url, { host, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await rawGet(gateway.port, url.replace("CallerIdentity", "SessionToken"), { host })).toBe(403);
  });

  it("refuses a body in chunks above its limit without forwarding it", async () => {
    const path = "/b/k";
    const host = `localhost:${gateway.port}`;
    const headers = await signedHeaders({
      ...USER_KEYS,
      service: "s3",
      signingDate: new Date(clock),
      host,
      method: "PUT",
      path,
    });
    const sent = httpRequest({
      host: "127.0.0.1",
      port: gateway.port,
      method: "PUT",
      path,
      headers: { ...headers, "transfer-encoding": "chunked" },
    });
    sent.on("error", () => undefined);
    const chunk = Buffer.alloc(1024 * 1024);
    for (let count = 0; count < 66; count += 1) sent.write(chunk);
    const [answer]: IncomingMessage[] = await once(sent, "response");
    expect(answer?.statusCode).toBe(400);
    sent.destroy();
    expect(moto.seen).toEqual([]);
  });

  it("passes no CORS header on, in either direction", async () => {
    const host = `localhost:${gateway.port}`;
    const body = "Action=ListRoles";
    const headers = await signedHeaders({ ...USER_KEYS, service: "iam", signingDate: new Date(clock), host, body });
    const asked = { ...headers, "access-control-request-method": "PUT" };
    const answer = await fetch(`http://${host}/`, { method: "POST", headers: asked, body });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(moto.seen[0]?.request.headers).not.toHaveProperty("access-control-request-method");
  });

  it("refuses a body above its limit without forwarding it", async () => {
    const host = `localhost:${gateway.port}`;
    const body = Buffer.alloc(65 * 1024 * 1024);
    const headers = await signedHeaders({
      ...USER_KEYS,
      service: "s3",
      signingDate: new Date(clock),
      host,
      method: "PUT",
      path: "/b/k",
    });
    const answer = await fetch(`http://${host}/b/k`, { method: "PUT", headers, body });
    expect([answer.status, element("Code", await answer.text())]).toEqual([400, "EntityTooLarge"]);
    expect(moto.seen).toEqual([]);
  });

  it.each([
    ["iam", "text/xml", "<Code>InternalFailure</Code>"],
    ["ssm", "application/x-amz-json-1.1", '"__type":"InternalFailure"'],
    ["s3", "text/xml", "<Code>InternalFailure</Code>"],
  ])("never passes a page of moto's server on: %s gets its own error document", async (service, type, code) => {
    motoAnswer = {
      status: 500,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: "<!doctype html><h1>500",
    };
    const isJson = service === "ssm";
    const answer = await send({
      service,
      ...(isJson
        ? { contentType: "application/x-amz-json-1.1", body: '{"Path":"/a"}', target: "AmazonSSM.GetParametersByPath" }
        : service === "s3"
          ? { method: "GET", path: "/bucket" }
          : { body: "Action=ListRoles" }),
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([500, type]);
    expect(answer.text).toContain(code);
    expect(answer.text).not.toContain("doctype");
  });

  it("writes an error that moto's process reports in the service's protocol", async () => {
    const body = JSON.stringify({ code: "ValidationError", message: "1 < 2" });
    motoAnswer = { status: 400, headers: { "x-sandbox-error": "1" }, body };
    const answer = await send({ service: "iam", body: "Action=ListRoles" });
    expect([answer.status, element("Code", answer.text), element("Message", answer.text)]).toEqual([
      400,
      "ValidationError",
      "1 &lt; 2",
    ]);
    expect(answer.headers.get("x-sandbox-error")).toBeNull();
  });

  it("has a request that it cannot name checked only, and refuses it when nothing is wrong with it", async () => {
    motoAnswer = { status: 204, headers: {}, body: "" };
    const answer = await send({ service: "iam", body: "Action=SimulateCustomPolicy" });
    expect([answer.status, element("Code", answer.text)]).toEqual([403, "AccessDenied"]);
    expect(moto.seen.map(({ request }) => request.headers["x-sandbox-check"])).toEqual(["1"]);
    const forged = await send({ service: "iam", body: "Action=ListRoles" });
    expect([forged.status, moto.seen.at(-1)?.request.headers["x-sandbox-check"]]).toEqual([204, undefined]);
  });

  it("refuses an expired session in every service's own words", async () => {
    const session = await newSession();
    clock += 3_600_000;
    const query = await send({ ...session, service: "cloudformation", body: "Action=ListStacks" });
    const own = await send({ ...session, body: "Action=GetCallerIdentity" });
    const s3 = await send({ ...session, service: "s3", method: "GET" });
    const json = await send({ ...session, service: "ssm", contentType: "application/x-amz-json-1.1", body: "{}" });
    expect([query.status, element("Code", query.text), element("Message", query.text)]).toEqual([
      403,
      "ExpiredToken",
      "The security token included in the request is expired",
    ]);
    expect([own.status, element("Code", own.text)]).toEqual([403, "ExpiredToken"]);
    expect([s3.status, s3.text]).toEqual([400, expect.stringContaining("<Error><Code>ExpiredToken</Code>")]);
    expect([json.status, JSON.parse(json.text)]).toEqual([
      400,
      expect.objectContaining({ __type: "ExpiredTokenException" }),
    ]);
    expect(moto.seen).toEqual([]);
  });

  it("refuses keys that it does not know", async () => {
    const answer = await send({ accessKeyId: "ASIAIOSFODNN7EXAMPLE", service: "iam", body: "Action=ListRoles" });
    expect([answer.status, element("Code", answer.text)]).toEqual([403, "InvalidClientTokenId"]);
    expect(moto.seen).toEqual([]);
  });

  it("refuses the token, and the secret, of another session", async () => {
    const [one, other] = [await newSession(), await newSession()];
    const body = "Action=GetCallerIdentity";
    const token = await send({ ...one, sessionToken: other.sessionToken, body });
    expect(element("Code", token.text)).toBe("InvalidClientTokenId");
    const secret = await send({ ...one, secretAccessKey: other.secretAccessKey, body });
    expect([secret.status, element("Code", secret.text)]).toEqual([403, "SignatureDoesNotMatch"]);
    const { accessKeyId, secretAccessKey } = one;
    expect(element("Code", (await send({ accessKeyId, secretAccessKey, body })).text)).toBe("InvalidClientTokenId");
  });

  it("refuses a user's key with a session token", async () => {
    const answer = await send({ sessionToken: "left over", body: "Action=GetCallerIdentity" });
    expect(element("Code", answer.text)).toBe("InvalidClientTokenId");
  });

  it("refuses unsigned requests", async () => {
    const answer = await send({ unsigned: true, body: "Action=GetCallerIdentity" });
    expect([answer.status, element("Code", answer.text)]).toEqual([403, "MissingAuthenticationToken"]);
  });

  it("refuses a wrong clock, and returns AWS's time", async () => {
    const answer = await send({ body: "Action=GetCallerIdentity", signingDate: new Date(clock - 600_000) });
    expect(element("Code", answer.text)).toBe("SignatureDoesNotMatch");
    expect(Date.parse(answer.headers.get("date") ?? "")).toBe(Math.floor(clock / 1000) * 1000);
  });

  it("names the STS actions that it does not support", async () => {
    const answer = await send({ body: "Action=GetSessionToken" });
    expect([answer.status, element("Code", answer.text)]).toEqual([400, "InvalidAction"]);
    const saml = await send({ unsigned: true, body: "Action=AssumeRoleWithSAML" });
    expect(element("Code", saml.text)).toBe("InvalidAction");
  });

  it("logs every STS call with its outcome, and the reasons of a refusal", async () => {
    await assumeRole(TARGET);
    await assumeRole(AGENT.replace("agent-master", "unknown"));
    await send({ accessKeyId: "unknown", body: "Action=GetCallerIdentity" });
    expect(sts.calls.all()).toEqual([
      expect.objectContaining({
        action: "AssumeRole",
        roleArn: TARGET,
        roleSessionName: "work",
        callerArn: USER.arn,
        outcome: "ok",
      }),
      expect.objectContaining({ action: "AssumeRole", outcome: "AccessDenied" }),
      { action: "GetCallerIdentity", outcome: "InvalidClientTokenId", at: clock },
    ]);
  });

  it("throttles, fails and cuts the connection on request", async () => {
    sts.faults.set({ outage: 1, unavailable: 1, throttle: 1 });
    await expect(assumeRole(TARGET)).rejects.toThrow("fetch failed");
    const unavailable = await assumeRole(TARGET);
    expect([unavailable.status, element("Code", unavailable.text)]).toEqual([503, "ServiceUnavailable"]);
    const throttled = await assumeRole(TARGET);
    expect([throttled.status, element("Code", throttled.text)]).toEqual([400, "Throttling"]);
    expect((await assumeRole(TARGET)).status).toBe(200);
    expect(sts.calls.all().map(({ outcome }) => outcome)).toEqual([
      "no answer",
      "ServiceUnavailable",
      "Throttling",
      "ok",
    ]);
  });

  it("reports to the client that moto has exited, with its last words", async () => {
    const handler = gatewayHandler({
      ...sts,
      moto: { endpoint: "http://127.0.0.1:1", gatewayToken: "token" },
      motoDeath: () => "moto has ended: MemoryError",
    });
    const alone = await listenOnLoopback(handler, 0);
    const host = `127.0.0.1:${alone.port}`;
    const body = "Action=ListRoles";
    const headers = await signedHeaders({ ...USER_KEYS, service: "iam", signingDate: new Date(clock), host, body });
    const answer = await fetch(`http://${host}/`, { method: "POST", headers, body });
    await alone.close();
    const xml = await answer.text();
    expect([answer.status, element("Code", xml)]).toEqual([500, "InternalFailure"]);
    expect(element("Message", xml)).toBe("the sandbox failed: moto has ended: MemoryError");
  });
});
