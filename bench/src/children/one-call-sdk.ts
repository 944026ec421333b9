import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { residentMegabytes } from "../harness/resident.ts";

// Resident megabytes of the SDK's client that has assumed one role.
const RoleArn = "arn:aws:iam::123456789013:role/agent-roles/Role0";
await new STSClient({}).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "agent-roles" }));
process.stdout.write(`${await residentMegabytes()}\n`);
