import { once } from "node:events";
import { createServer } from "node:http";
import process from "node:process";
import { HOUR_MS, newSession } from "../harness/sts.ts";

// Answers as much as the endpoint does, and checks nothing.
const { accessKeyId, secretAccessKey, sessionToken, accountId, expiration } = newSession("123456789013", HOUR_MS);
const body = JSON.stringify({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  Token: sessionToken,
  Expiration: expiration.toISOString(),
  AccountId: accountId,
  RoleArn: "arn:aws:iam::123456789013:role/agent-roles/Role0",
});
const headers = { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) };
const server = createServer((_, response) => response.writeHead(200, headers).end(body)).listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
process.stdout.write(`http://127.0.0.1:${typeof address === "object" ? address?.port : address}\n`);
