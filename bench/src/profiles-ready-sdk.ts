import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { IDEAL_MS, LATENCY_MS, ROLES } from "./harness/ideal.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { CHILDREN, figureOf } from "./harness/run-node.ts";
import { withStsStub } from "./harness/sts-stub.ts";

export const profilesReadySdk: Bench = {
  name: "profiles-ready-sdk",
  what: "the same through the SDK and HTTP on loopback, in a process that has just started",
  budget: { kind: "ratio", atMost: 1.25 },
  run: () =>
    withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: 3_600_000 }, async (env) => {
      const subject = (): Promise<number> =>
        figureOf([join(CHILDREN, "assume-all.js")], { ...env, ...manyRoles(ROLES) });
      return { ...(await alternate({ subject, baseline: async () => IDEAL_MS, repetitions: 5 })), unit: "ms" };
    }),
};
