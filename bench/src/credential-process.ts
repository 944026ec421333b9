import { sessionCache } from "@agent-roles/runtime/cache";
import { parseRoleEnv } from "@agent-roles/runtime/role-env";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { elapsedMs } from "./harness/elapsed.ts";
import { newSession } from "./harness/fake-sts.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { runNode } from "./harness/run-node.ts";
import { CLI } from "./harness/scripts.ts";
import { inTemporaryFolder } from "./harness/temporary-folder.ts";

/** The difference is a few milliseconds, and a start of Node moves by as much. */
const REPETITIONS = 61;

export const credentialProcess: Bench = {
  name: "credential-process",
  what: "agent-roles credential-process, cache hit, from start to end, against node -e 0",
  budget: { kind: "ratio", atMost: 1.15 },
  run: () =>
    inTemporaryFolder(async (folder) => {
      const env = { ...manyRoles(1), ...KEYS, AGENT_ROLES_CACHE_DIR: `${folder}/cache` };
      await fillCache(env);
      const args = ["--", CLI, "credential-process", "--profile", "Profile0"];
      const subject = (): Promise<number> => elapsedMs(() => runNode(args, env));
      const baseline = (): Promise<number> => elapsedMs(() => runNode(["-e", "0"], env));
      return { ...(await alternate({ subject, baseline, repetitions: REPETITIONS })), unit: "ms" };
    }),
};

/** The master's; they identify the caller that the cache entry belongs to. */
const KEYS = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };

/** Another process has just asked STS. */
async function fillCache(env: Readonly<Record<string, string>>): Promise<void> {
  const roleEnv = parseRoleEnv(env);
  for (const target of roleEnv.roles) {
    const askSts = async () => newSession(target.role.accountId, 3_600_000);
    const request = { ...target, subject: target.profile, caller: "the master", variable: "AWS_ROLE_1" };
    await sessionCache({ env }).assumeRole(askSts, { roleEnv, env })(request);
  }
}
