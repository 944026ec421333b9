import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { performance } from "node:perf_hooks";
import { CONCURRENCY, ROLES } from "../harness/ideal.ts";

// Milliseconds that the SDK needs for as many calls, modules loaded, and nothing around it.
const start = performance.now();
const client = new STSClient({});
let next = 0;
await Promise.all(
  Array.from({ length: CONCURRENCY }, async () => {
    while (next < ROLES) {
      const RoleArn = `arn:aws:iam::123456789013:role/agent-roles/Role${next}`;
      next += 1;
      const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "agent-roles" }));
      if (!Credentials?.SessionToken) throw new Error(`no credentials of ${RoleArn}`);
    }
  }),
);
process.stdout.write(`${performance.now() - start}\n`);
