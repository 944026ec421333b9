import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type FakeStsOptions, newSession } from "./fake-sts.ts";

/** What the SDK needs to talk to the stub: its address and some master. */
export interface StubEnv extends Record<string, string> {
  AWS_ENDPOINT_URL_STS: string;
  AWS_REGION: string;
  AWS_ACCESS_KEY_ID: string;
  AWS_SECRET_ACCESS_KEY: string;
}

/** Runs `work` beside a server on loopback that answers every AssumeRole, after the latency, and checks nothing. */
export async function withStsStub<T>(options: FakeStsOptions, work: (env: StubEnv) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => setTimeout(answer, options.latencyMs, response, options.lifetimeMs));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  const { port } = server.address() as AddressInfo;
  try {
    return await work({
      AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "AKIAMASTEREXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret-of-the-master",
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function answer(response: ServerResponse, lifetimeMs: number): void {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = newSession("123456789013", lifetimeMs);
  response.writeHead(200, { "content-type": "text/xml" });
  response.end(
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
      `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>` +
      `<SessionToken>${sessionToken}</SessionToken><Expiration>${expiration.toISOString()}</Expiration>` +
      `</Credentials></AssumeRoleResult><ResponseMetadata><RequestId>bench</RequestId></ResponseMetadata></AssumeRoleResponse>`,
  );
}
