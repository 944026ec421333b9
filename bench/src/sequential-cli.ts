import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { elapsedMs } from "./harness/elapsed.ts";
import { LATENCY_MS } from "./harness/ideal.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { cleanEnv, runNode } from "./harness/run-node.ts";
import { CLI } from "./harness/scripts.ts";
import { type StubEnv, withStsStub } from "./harness/sts-stub.ts";
import { inTemporaryFolder, sharedFiles } from "./harness/temporary-folder.ts";

const FEW = 5;

const run = promisify(execFile);

export const sequentialCli: Bench = {
  name: "sequential-cli",
  what: "agent-roles run --once of 5 roles, from start to end, against 5 times aws sts assume-role",
  budget: { kind: "none" },
  run: async () => {
    const missing = await run("aws", ["--version"]).then(
      () => undefined,
      () => "the AWS CLI (aws) is not installed here",
    );
    if (missing) return { skipped: missing };
    return withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: 3_600_000 }, async (stub) => ({
      ...(await alternate({ subject: () => runOnce(stub), baseline: () => assumeInTurn(stub), repetitions: 3 })),
      unit: "ms",
    }));
  },
};

/** In a home of its own every time: what the command caches there would spare it the calls. */
function runOnce(stub: StubEnv): Promise<number> {
  return inTemporaryFolder((folder) => {
    const env = { ...stub, ...manyRoles(FEW), ...sharedFiles(folder), HOME: folder };
    return elapsedMs(() => runNode(["--", CLI, "run", "--once"], env));
  });
}

/** What a script does that has no agent-roles. */
function assumeInTurn(stub: StubEnv): Promise<number> {
  // The CLI's first version knows the Region by this name only.
  const env = { ...cleanEnv(), ...stub, AWS_DEFAULT_REGION: stub.AWS_REGION };
  return elapsedMs(async () => {
    for (let index = 0; index < FEW; index += 1) {
      const roleArn = `arn:aws:iam::123456789013:role/agent-roles/Role${index}`;
      const args = ["sts", "assume-role", "--role-arn", roleArn, "--role-session-name", "agent-roles"];
      const { stdout } = await run("aws", [...args, "--output", "json"], { env });
      if (!stdout.includes("SessionToken")) throw new Error(`aws gave no credentials of ${roleArn}`);
    }
  });
}
