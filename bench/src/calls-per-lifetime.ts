import type { Bench } from "./bench.ts";
import { child, homeAt, inTemporaryDirectory, runNode } from "./harness/processes.ts";
import { LATENCY_MS, HOUR_MS, manyRoles } from "./harness/sts.ts";
import { withStsStub } from "./harness/sts-stub.ts";

export const callsPerLifetime: Bench = {
  name: "calls-per-lifetime",
  what: "STS calls of 200 processes that start at once and want one role, against one",
  budget: { kind: "ratio", atMost: 1 },
  run: (scale) =>
    inTemporaryDirectory((directory) =>
      withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS }, async (stub) => {
        const env = { ...stub.env, ...manyRoles(1), ...homeAt(directory) };
        await Promise.all(Array.from({ length: scale(200) }, () => runNode([child("share-session")], env)));
        return { measured: stub.calls(), baseline: 1, unit: "calls", noise: 0 };
      }),
    ),
};
