import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { type FakeStsOptions, newSession } from "./sts.ts";

/** A server on loopback that answers every AssumeRole and GetScopedCredentials, and checks nothing. */
export interface StsStub {
  /** Its address, and the credentials of a master. */
  readonly env: {
    readonly AWS_ENDPOINT_URL_STS: string;
    readonly AWS_REGION: string;
    readonly AWS_ACCESS_KEY_ID: string;
    readonly AWS_SECRET_ACCESS_KEY: string;
  };
  /** Requests so far. */
  readonly calls: () => number;
}

/** Runs `work` beside an STS on loopback that answers after the latency. */
export async function withStsStub<T>(options: FakeStsOptions, work: (stub: StsStub) => Promise<T>): Promise<T> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    void text(request).then(async (body) => {
      await setTimeout(options.latencyMs);
      answer(response, /\bAction=(\w+)/.exec(body)?.[1] ?? "", options.lifetimeMs);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  const { port } = server.address() as AddressInfo;
  const env = {
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAMASTEREXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret-of-the-master",
  };
  try {
    return await work({ env, calls: () => calls });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function answer(response: ServerResponse, action: string, lifetimeMs: number): void {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = newSession("123456789013", lifetimeMs);
  response.writeHead(200, { "content-type": "text/xml", "x-amzn-requestid": "bench" });
  response.end(
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>` +
      `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>` +
      `<SessionToken>${sessionToken}</SessionToken><Expiration>${expiration.toISOString()}</Expiration>` +
      `</Credentials></${action}Result><ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></${action}Response>`,
  );
}
