import process from "node:process";
import { createAgentRoles } from "@agent-roles/runtime";
import { newSession, HOUR_MS } from "../harness/sts.ts";

// One of many processes that start at once and want the same role. STS is an address that counts.
const { AWS_ENDPOINT_URL_STS = "", ...env } = process.env;
const roles = createAgentRoles({
  env,
  cache: true,
  masterCredentials: async () => ({ accessKeyId: "AKIAMASTEREXAMPLE", secretAccessKey: "secret-of-the-master" }),
  assumeRole: async ({ role }) => {
    await fetch(AWS_ENDPOINT_URL_STS, { method: "POST" });
    return newSession(role.accountId, HOUR_MS);
  },
});
process.stdout.write((await roles.credentials("Profile0")()).accessKeyId);
