import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { elapsedMs } from "../harness/elapsed.ts";
import { CONCURRENCY, ROLES } from "../harness/ideal.ts";
import { inFlight } from "../harness/in-flight.ts";

// Milliseconds until as many of the SDK's own role providers have answered, modules loaded.
const elapsed = await elapsedMs(() =>
  inFlight(CONCURRENCY, ROLES, async (index) => {
    const RoleArn = `arn:aws:iam::123456789013:role/agent-roles/Role${index}`;
    const provider = fromTemporaryCredentials({ params: { RoleArn, RoleSessionName: "agent-roles" } });
    const { sessionToken } = await provider();
    if (!sessionToken) throw new Error(`no credentials of ${RoleArn}`);
  }),
);
process.stdout.write(`${elapsed}\n`);
