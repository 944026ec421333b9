import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { GetObjectCommand, PutObjectCommand, CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browse, CHROMIUM } from "../harness/chromium.ts";
import { clientOptions, MASTER } from "./fixture.ts";

let sandbox: Sandbox;
/** The working directory of the sandbox's process, and a server that nothing may call. */
let directory: string;
let canary: { readonly url: string; readonly requests: string[]; close(): void };

beforeAll(async () => {
  sandbox = await startSandbox();
  directory = await mkdtemp(join(tmpdir(), "doors-"));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  canary = { url: `http://127.0.0.1:${port}`, requests, close: () => server.close() };
});
afterAll(async () => {
  canary.close();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

const FORGED = "AWS4-HMAC-SHA256 Credential=ANY/20261126/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

interface Attack {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Requests that made anybody an administrator of moto. */
const ATTACKS: readonly (readonly [name: string, path: string, init: Attack])[] = [
  [
    "creates an access key with a forged signature",
    "/",
    {
      method: "POST",
      headers: { ...FORM, authorization: FORGED, "x-moto-account-id": MASTER },
      body: "Action=CreateAccessKey&UserName=sandbox-admin&Version=2010-05-08",
    },
  ],
  ["resets the state", "/moto-api/reset", { method: "POST" }],
  ["resets the state, spelled otherwise", "/%6doto-api/reset", { method: "POST" }],
  ["reads the state", "/moto-api/data.json", {}],
  ["changes the configuration", "/moto-api/config", { method: "POST", body: "{}" }],
  ["writes a recording", "/moto-api/recorder/upload-recording", { method: "POST", body: "attacker content" }],
  ["starts a recording", "/moto-api/recorder/start-recording", { method: "POST" }],
  ["reads instance metadata", "/latest/meta-data/iam/security-credentials/", {}],
  ["reads a secret access key", "/user?key=AKIA", {}],
  ["reads a secret access key of the gateway's lookup", "/user?key=AKIA", { headers: { "x-sandbox-token": "guess" } }],
  ["creates an administrator", `/set-up?account=${MASTER}&management=${MASTER}&deployRole=x`, {}],
  ["creates a bucket", "/bucket", { method: "PUT" }],
];

describe("another program or a web page", () => {
  it.each(ATTACKS)(
    "refuses without an answer a program or web page that %s at moto's own port",
    async (_name, path, init) => {
      for (const headers of [{}, { origin: "https://evil.example" }]) {
        const answer = await fetch(sandbox.motoEndpoint + path, { ...init, headers: { ...headers, ...init.headers } });
        expect([answer.status, await answer.text()]).toEqual([403, ""]);
        expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
      }
    },
  );

  it.each(ATTACKS)("refuses a program or web page that %s at the gateway", async (_name, path, init) => {
    const own = await fetch(sandbox.endpoint + path, init);
    expect(await own.text()).toMatch(/MissingAuthenticationToken|InvalidClientTokenId/);
    expect([400, 403]).toContain(own.status);
    const foreign = await fetch(sandbox.endpoint + path, {
      ...init,
      headers: { origin: "https://evil.example", ...init.headers },
    });
    expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    expect(await foreign.text()).toContain("programs on this machine only");
  });

  it("does not answer a preflight request", async () => {
    const headers = { origin: "https://evil.example", "access-control-request-method": "PUT" };
    for (const endpoint of [sandbox.endpoint, sandbox.motoEndpoint]) {
      const answer = await fetch(`${endpoint}/_sandbox/faults`, { method: "OPTIONS", headers });
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    }
  });
});

describe("an administrator of the sandbox", () => {
  it("gives an administrator nothing of moto's own interface", async () => {
    const s3 = new S3Client({ ...clientOptions(sandbox.endpoint, sandbox.admin()), forcePathStyle: true });
    const reset = new PutObjectCommand({ Bucket: "moto-api", Key: "reset", Body: "x" });
    await expect(s3.send(reset)).rejects.toMatchObject({ name: "NoSuchBucket" });
    const recording = new PutObjectCommand({ Bucket: "moto-api", Key: "recorder/start-recording", Body: "x" });
    await expect(s3.send(recording)).rejects.toMatchObject({ name: "NoSuchBucket" });
  });

  it("neither runs code nor calls a URL of an administrator's template", async () => {
    const cloudFormation = new CloudFormationClient(clientOptions(sandbox.endpoint, sandbox.admin()));
    const marker = join(directory, "marker");
    const topic = `arn:aws:sns:us-east-1:${MASTER}:calls`;
    const attacks = [
      `Resources: {A: !!python/object/apply:os.system ["touch ${marker}"]}`,
      `Resources: {A: !!python/object/apply:subprocess.check_output [["touch", "${marker}"]]}`,
      `Resources: {A: !!python/object/new:open {args: ["${marker}", "w"]}}`,
      JSON.stringify({
        Resources: {
          Topic: {
            Type: "AWS::SNS::Topic",
            Properties: { TopicName: "calls", Subscription: [{ Protocol: "http", Endpoint: canary.url }] },
          },
        },
      }),
    ];
    for (const [index, TemplateBody] of attacks.entries()) {
      await cloudFormation
        .send(new CreateStackCommand({ StackName: `a${index}`, TemplateBody }))
        .catch(() => undefined);
    }
    const TemplateBody = JSON.stringify({ Resources: { Topic: { Type: "AWS::SNS::Topic" } } });
    const notifying = new CreateStackCommand({ StackName: "notifies", TemplateBody, NotificationARNs: [topic] });
    await cloudFormation.send(notifying).catch(() => undefined);
    expect(await readdir(directory)).toEqual([]);
    expect(canary.requests).toEqual([]);
  });

  it("stores an object that is larger than moto keeps in memory", async () => {
    const s3 = new S3Client({ ...clientOptions(sandbox.endpoint, sandbox.admin()), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: "large" }));
    const Body = Buffer.alloc(20 * 1024 * 1024, "x");
    await s3.send(new PutObjectCommand({ Bucket: "large", Key: "k", Body }));
    const { Body: stored } = await s3.send(new GetObjectCommand({ Bucket: "large", Key: "k" }));
    expect((await stored?.transformToByteArray())?.length).toBe(Body.length);
  });
});

describe("a page in a browser", () => {
  it.skipIf(CHROMIUM === undefined)(
    "of another origin reads nothing and changes nothing (needs Chromium)",
    async () => {
      sandbox.faults({ latencyMs: 1 });
      const page = join(directory, "page.html");
      const attempts = [sandbox.endpoint, sandbox.motoEndpoint].flatMap((endpoint) => [
        [`${endpoint}/_sandbox/calls`, {}],
        [`${endpoint}/_sandbox/faults`, { method: "PUT", body: "{}" }],
        [`${endpoint}/_sandbox/faults`, { method: "POST", body: "{}", mode: "no-cors" }],
        ...ATTACKS.map(([, path, init]) => [endpoint + path, init]),
        ...ATTACKS.map(([, path, { method, body }]) => [endpoint + path, { method, body, mode: "no-cors" }]),
      ]);
      await writeFile(
        page,
        `<script>(async () => {
          const results = [];
          for (const [url, init] of ${JSON.stringify(attempts)}) {
            try { const answer = await fetch(url, init); results.push(answer.type + (await answer.text())); }
            catch (error) { results.push(error.name); }
          }
          document.title = JSON.stringify([...new Set(results)]);
          document.body.textContent = document.title;
        })()</script><body>`,
      );
      const { html } = await browse(page, 20_000);
      expect(/<body>(.*)<\/body>/s.exec(html)?.[1]?.trim()).toMatch(/^\["TypeError"(,"opaque")?\]$/);
      expect(sandbox.calls()).toEqual([]);
      const faults = await fetch(`${sandbox.endpoint}/_sandbox/faults`);
      expect(await faults.json()).toEqual({ latencyMs: 1 });
    },
  );
});
