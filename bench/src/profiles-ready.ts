import { createAgentRoles } from "@agent-roles/runtime";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { elapsedMs } from "./harness/elapsed.ts";
import { fakeSts } from "./harness/fake-sts.ts";
import { IDEAL_MS, LATENCY_MS, ROLES } from "./harness/ideal.ts";
import { manyRoles } from "./harness/many-roles.ts";

export const profilesReady: Bench = {
  name: "profiles-ready",
  what: "500 profiles ready, a fake STS at 50 ms, against 25 rounds of 50 ms",
  budget: { kind: "ratio", atMost: 1.25 },
  run: async () => {
    const env = manyRoles(ROLES);
    const assumeRole = fakeSts({ latencyMs: LATENCY_MS, lifetimeMs: 3_600_000 });
    const subject = (): Promise<number> => elapsedMs(() => createAgentRoles({ env, assumeRole }).assumeAll());
    return { ...(await alternate({ subject, baseline: async () => IDEAL_MS, repetitions: 5 })), unit: "ms" };
  },
};
