import process from "node:process";
import { setTimeout } from "node:timers/promises";
import type { AgentRolesEvent, AgentRolesOptions, CredentialStore } from "@agent-roles/runtime";
import { median } from "../harness/measure.ts";
import { CONCURRENCY, fakeSts, manyRoles, roleArn } from "../harness/sts.ts";

// Prints resident megabytes, garbage collected, of a process that was started with --expose-gc and does one of the things below. Each
// imports what it measures itself: nothing else is loaded.

/** From one round of calls to the next: longer than it takes to assume 500 roles, so that rotations are rounds, as in real life. */
const ROUND_MS = 2_000;
/** V8 returns the pages that a collection freed on threads of its own: until then they count. */
const SETTLE_MS = 200;

const [, , what = "", roleCount = "", roundCount = ""] = process.argv;
const [roles, rounds] = [Number(roleCount), Number(roundCount)];

async function residentMegabytes(): Promise<number> {
  const readings: number[] = [];
  while (readings.length < 5) {
    globalThis.gc?.();
    await setTimeout(SETTLE_MS);
    readings.push(process.memoryUsage.rss() / 1e6);
  }
  return median(readings);
}

/** While every role rotates, after some rounds. */
async function rotate(options: AgentRolesOptions, stores: readonly CredentialStore[] = []): Promise<number> {
  const { createAgentRoles } = await import("@agent-roles/runtime");
  const stop = new AbortController();
  const env = { ...options.env, ...manyRoles(roles) };
  let assumed = 0;
  let failure: unknown;
  let enough: (() => void) | undefined;
  const roundsDone = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const onEvent = (event: AgentRolesEvent): void => {
    if (event.type === "assumed") assumed += 1;
    if ("error" in event) failure ??= event.error;
    if (failure !== undefined || assumed >= roles * rounds) enough?.();
  };
  const { done } = await createAgentRoles({ ...options, env, onEvent }).start({ stores, signal: stop.signal });
  await roundsDone;
  const megabytes = await residentMegabytes();
  stop.abort();
  await done;
  if (failure !== undefined) throw failure;
  return megabytes;
}

const measures: Readonly<Record<string, () => Promise<number>>> = {
  nothing: residentMegabytes,

  // Sessions this short rotate at half-life.
  fakeSts: () => rotate({ assumeRole: fakeSts({ latencyMs: 1, lifetimeMs: 1_000 }) }),

  ours: async () => {
    const { profileStore } = await import("@agent-roles/runtime");
    return rotate({ env: process.env }, [profileStore()]);
  },

  // As many calls as the rotation makes, the newest credentials kept.
  bareSdk: async () => {
    const { AssumeRoleCommand, STSClient } = await import("@aws-sdk/client-sts");
    const { default: pLimit } = await import("p-limit");
    const client = new STSClient({});
    const arns = Array.from({ length: roles }, (_, index) => roleArn(index));
    const kept = new Map<string, unknown>();
    const round = async (): Promise<void> => {
      const assume = pLimit(CONCURRENCY).map(arns, async (RoleArn) => {
        const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "agent-roles" }));
        if (!Credentials?.SessionToken) throw new Error(`no credentials for ${RoleArn}`);
        kept.set(RoleArn, Credentials);
      });
      await Promise.all([assume, setTimeout(ROUND_MS)]);
    };
    for (let count = 0; count < rounds; count += 1) await round();
    const stop = new AbortController();
    const measured = residentMegabytes().finally(() => stop.abort());
    while (!stop.signal.aborted) await round();
    return measured;
  },
};

const measure = measures[what];
if (!measure) throw new Error(`"${what}" is nothing to measure`);
process.stdout.write(`${await measure()}\n`);
