import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Bench } from "./bench.ts";
import { alternate, elapsedMs, type Sample } from "./harness/measure.ts";
import {
  AGENT_ROLES,
  againstBareNode,
  cleanEnv,
  homeAt,
  inTemporaryDirectory,
  nodeMs,
  runNode,
  startNode,
  withRoles,
} from "./harness/processes.ts";
import { HOUR_MS, LATENCY_MS, manyRoles, roleArn } from "./harness/sts.ts";
import { withStsStub } from "./harness/sts-stub.ts";

const run = promisify(execFile);
const AT_ONCE = { latencyMs: 0, lifetimeMs: HOUR_MS };

/** Reads of one sample: a single one takes about a millisecond. */
const READS = 20;
const FEW = 5;

/** The command, from start to end, in a process of its own. */
export const commandBenches: readonly Bench[] = [
  {
    name: "sequential-cli",
    what: "agent-roles run --once of 5 roles, from start to end, against 5 times aws sts assume-role",
    budget: { kind: "none" },
    run: async (scale) => {
      const isHere = await run("aws", ["--version"]).then(
        () => true,
        () => false,
      );
      if (!isHere) return { skipped: "the AWS CLI (aws) is not installed" };
      return withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS }, ({ env }) =>
        alternate({ subject: runOnce(env), baseline: assumeInTurn(env), repetitions: scale(3), unit: "ms" }),
      );
    },
  },
  {
    name: "process-profile",
    what: "the credential_process that run writes for a profile, from start to end, against node -e 0",
    budget: { kind: "ratio", atMost: 0.05 },
    run: async (scale) => {
      if (process.platform === "win32") return { skipped: "there is no sh" };
      return withRoles(1, AT_ONCE, async ({ env, directory }) => {
        await runNode([...AGENT_ROLES, "run", "--once"], env);
        const config = await readFile(join(directory, ".aws", "config"), "utf8");
        const command = /^credential_process = (.+)$/m.exec(config)?.[1];
        if (command === undefined) throw new Error("run wrote no credential_process");
        return alternate({
          subject: fromShell(command, scale(READS)),
          baseline: fromShell(`"${process.execPath}" -e 0`, scale(READS)),
          repetitions: scale(7),
          unit: "ms",
        });
      });
    },
  },
  {
    name: "credential-process",
    what: "agent-roles credential-process, cache hit, from start to end, against node -e 0",
    budget: { kind: "ratio", atMost: 1.15 },
    run: (scale) =>
      withRoles(1, AT_ONCE, async ({ env, calls }) => {
        const args = [...AGENT_ROLES, "credential-process", "--profile", "Profile0"];
        await runNode(args, env);
        // The difference is a few milliseconds, and a start of Node moves by as much.
        const figures = await againstBareNode(args, { env, repetitions: scale(61) });
        if (calls() !== 1) throw new Error(`${calls()} calls of STS: not every run was a cache hit`);
        return figures;
      }),
  },
  {
    name: "exec-start",
    what: "agent-roles exec, cache hit, from start to the first output of echo, against node -e 0",
    budget: { kind: "none" },
    run: (scale) =>
      withRoles(1, AT_ONCE, async ({ env }) => {
        const args = [...AGENT_ROLES, "exec", "--profile", "Profile0", "--", "echo"];
        await runNode(args, env);
        const samples = { subject: firstOutputMs(args, env), baseline: nodeMs(["-e", "0"], env) };
        return alternate({ ...samples, repetitions: scale(31), unit: "ms" });
      }),
  },
  {
    name: "cli-version",
    what: "agent-roles --version, from start to end, against node -e 0",
    budget: { kind: "ratio", atMost: 1.5 },
    run: (scale) => againstBareNode([...AGENT_ROLES, "--version"], { repetitions: scale(21) }),
  },
  {
    name: "cli-list",
    what: "agent-roles list --env-file, 3 roles, from start to end, against node -e 0",
    budget: { kind: "ratio", atMost: 3 },
    run: (scale) =>
      inTemporaryDirectory(async (directory) => {
        const envFile = join(directory, "agent-roles.env");
        const lines = Object.entries(manyRoles(3)).map(([name, value]) => `${name}=${value}\n`);
        await writeFile(envFile, lines.join(""));
        const args = [...AGENT_ROLES, "list", "--env-file", envFile];
        return againstBareNode(args, { env: homeAt(directory), repetitions: scale(7) });
      }),
  },
];

/** Milliseconds until Node, or a process that it starts, writes something. */
function firstOutputMs(args: readonly string[], env: Readonly<Record<string, string>>): Sample {
  return async () => {
    let ended: Promise<unknown> | undefined;
    const ms = await elapsedMs(async () => {
      const started = startNode(args, env);
      ended = once(started, "exit");
      await once(started.stdout, "data");
    });
    await ended;
    return ms;
  };
}

/** Milliseconds of one run. The shell is small: to fork this process would take longer than the reader does. */
function fromShell(command: string, times: number): Sample {
  const script = `set -e; i=0; while [ $i -lt ${times} ]; do ${command} > /dev/null; i=$((i + 1)); done`;
  return async () => (await elapsedMs(() => run("sh", ["-c", script], { env: cleanEnv() }))) / times;
}

/** In a home of its own every time: sessions that the command caches there would spare it the calls. */
function runOnce(stub: Readonly<Record<string, string>>): Sample {
  return () =>
    inTemporaryDirectory((directory) => {
      const env = { ...stub, ...manyRoles(FEW), ...homeAt(directory) };
      return elapsedMs(() => runNode([...AGENT_ROLES, "run", "--once"], env));
    });
}

/** What a script does that has no agent-roles. */
function assumeInTurn(stub: Readonly<Record<string, string>>): Sample {
  // The CLI's first version knows the Region by this name only.
  const env = { ...cleanEnv(), ...stub, AWS_DEFAULT_REGION: stub["AWS_REGION"] };
  return () =>
    elapsedMs(async () => {
      for (let index = 0; index < FEW; index += 1) {
        const args = ["sts", "assume-role", "--role-arn", roleArn(index), "--role-session-name", "agent-roles"];
        const { stdout } = await run("aws", [...args, "--output", "json"], { env });
        if (!stdout.includes("SessionToken")) throw new Error(`aws printed no credentials for ${roleArn(index)}`);
      }
    });
}
