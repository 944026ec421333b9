import { AssumeRoleCommand, type Credentials, STSClient } from "@aws-sdk/client-sts";
import { CONCURRENCY, ROLES } from "./ideal.ts";
import { inFlight } from "./in-flight.ts";

/** Assumes as many roles with the SDK's client and nothing around it, as many at a time, and keeps what came. */
export function bareSdk(): () => Promise<Credentials[]> {
  const client = new STSClient({});
  return () =>
    inFlight(CONCURRENCY, ROLES, async (index) => {
      const RoleArn = `arn:aws:iam::123456789013:role/agent-roles/Role${index}`;
      const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "agent-roles" }));
      if (!Credentials?.SessionToken) throw new Error(`no credentials of ${RoleArn}`);
      return Credentials;
    });
}
