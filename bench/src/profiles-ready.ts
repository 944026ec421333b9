import { createAgentRoles } from "@agent-roles/runtime";
import type { Bench, Measurement, Scale } from "./bench.ts";
import { alternate, elapsedMs, type Sample } from "./harness/measure.ts";
import { child, figureOf } from "./harness/processes.ts";
import { CONCURRENCY, fakeSts, HOUR_MS, LATENCY_MS, manyRoles } from "./harness/sts.ts";
import { withStsStub } from "./harness/sts-stub.ts";

const ROLES = 500;

export const profilesReady: Bench = {
  name: "profiles-ready",
  what: "500 profiles ready, a fake STS at 50 ms, against 25 rounds of 50 ms",
  budget: { kind: "ratio", atMost: 1.25 },
  run: async (scale) => {
    const env = manyRoles(scale(ROLES));
    const assumeRole = fakeSts({ latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS });
    const subject = (): Promise<number> => elapsedMs(() => createAgentRoles({ env, assumeRole }).assumeAll());
    return { ...(await alternate({ subject, baseline: ideal(scale), repetitions: scale(5) })), unit: "ms" };
  },
};

export const profilesReadySdk: Bench = {
  name: "profiles-ready-sdk",
  what: "the same through the SDK and HTTP on loopback, in a process that has just started",
  budget: { kind: "ratio", atMost: 1.25 },
  run: (scale) => throughHttp(scale, { against: "ideal", repetitions: 5 }),
};

export const sdkOverhead: Bench = {
  name: "sdk-overhead",
  what: "profiles-ready-sdk, against the bare SDK client with as many calls in flight",
  budget: { kind: "none" },
  run: (scale) => throughHttp(scale, { against: "bareSdk", repetitions: 3 }),
};

export const temporaryFill: Bench = {
  name: "temporary-fill",
  what: "profiles-ready-sdk, against 500 fromTemporaryCredentials, as many at a time",
  budget: { kind: "none" },
  run: (scale) => throughHttp(scale, { against: "temporary", repetitions: 3 }),
};

/** The time when nothing but STS takes any. */
function ideal(scale: Scale): Sample {
  return async () => Math.ceil(scale(ROLES) / CONCURRENCY) * LATENCY_MS;
}

function throughHttp(
  scale: Scale,
  { against, repetitions }: { readonly against: "ideal" | "bareSdk" | "temporary"; readonly repetitions: number },
): Promise<Measurement> {
  return withStsStub({ latencyMs: LATENCY_MS, lifetimeMs: HOUR_MS }, async ({ env }) => {
    const sample =
      (how: string): Sample =>
      () =>
        figureOf([child("assume-all"), how, `${scale(ROLES)}`], env);
    const samples = { subject: sample("ours"), baseline: against === "ideal" ? ideal(scale) : sample(against) };
    return { ...(await alternate({ ...samples, repetitions: scale(repetitions) })), unit: "ms" };
  });
}
