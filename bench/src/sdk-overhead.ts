import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { LATENCY_MS, ROLES } from "./harness/ideal.ts";
import { manyRoles } from "./harness/many-roles.ts";
import { CHILDREN, figureOf } from "./harness/run-node.ts";
import { withStsStub } from "./harness/sts-stub.ts";

export const sdkOverhead: Bench = {
  name: "sdk-overhead",
  what: "profiles-ready-sdk, against the bare SDK client with as many calls in flight",
  budget: { kind: "none" },
  run: () =>
    withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: 3_600_000 }, async (stub) => {
      const env = { ...stub, ...manyRoles(ROLES) };
      const subject = (): Promise<number> => figureOf([join(CHILDREN, "assume-all.js")], env);
      const baseline = (): Promise<number> => figureOf([join(CHILDREN, "assume-all-bare-sdk.js")], env);
      return { ...(await alternate({ subject, baseline, repetitions: 3 })), unit: "ms" };
    }),
};
