import { sessionCache } from "@agent-roles/runtime/cache";
import { parseRoleEnv } from "@agent-roles/runtime/role-env";

// One of many processes that want the first role of the environment. STS is an address that counts.
const { env } = process;
const roleEnv = parseRoleEnv(env);
const [target] = roleEnv.roles;
if (!target) throw new Error("no AWS_ROLE_1");
const request = { ...target, subject: target.profile, caller: "the master", variable: "AWS_ROLE_1" };

const assumeRole = sessionCache({ env }).assumeRole(
  async () => {
    const issuedAt = new Date();
    await fetch(env["AWS_ENDPOINT_URL_STS"] ?? "", { method: "POST" });
    const expiration = new Date(issuedAt.getTime() + 3_600_000);
    const keys = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "secret", sessionToken: "token" };
    return { ...keys, accountId: target.role.accountId, issuedAt, expiration };
  },
  { roleEnv, env, caller: async () => "the same in all processes" },
);
const { accessKeyId } = await assumeRole(request);
process.stdout.write(accessKeyId);
