import process from "node:process";
import { fastify } from "fastify";
import { HOUR_MS, newSession } from "../harness/sts.ts";

// Answers as much as the endpoint does, and checks nothing.
const { accessKeyId, secretAccessKey, sessionToken, accountId, expiration } = newSession("123456789013", HOUR_MS);
const app = fastify();
app.get("/credentials/:profile", async () => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  Token: sessionToken,
  Expiration: expiration.toISOString(),
  AccountId: accountId,
  RoleArn: "arn:aws:iam::123456789013:role/agent-roles/Role0",
}));
process.stdout.write(`${await app.listen({ host: "127.0.0.1", port: 0 })}\n`);
