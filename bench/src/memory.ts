import type { Bench, Budget, Measurement, Scale } from "./bench.ts";
import { alternate, type Sample } from "./harness/measure.ts";
import { child, figureOf, homeAt, inTemporaryDirectory } from "./harness/processes.ts";
import { withStsStub } from "./harness/sts-stub.ts";

/** DESIGN's budget above bare Node. */
const BARE_NODE: Budget = { kind: "difference", atMost: 40 };
/** Above the SDK's client alone. */
const BARE_SDK: Budget = { kind: "difference", atMost: 10 };

export const memory: Bench = {
  name: "memory",
  what: "500 roles rotating with a fake STS and no store, resident after garbage collection, against bare Node",
  budget: BARE_NODE,
  run: (scale) => resident(scale, "fakeSts"),
};

/** Missed with Node's own settings by the SDK's client alone, too: see memory-sdk-floor. */
export const memorySdk: Bench = {
  name: "memory-sdk",
  what: "500 roles, all rotating every 2 s through the SDK into process profiles, against bare Node",
  budget: BARE_NODE,
  run: (scale) => resident(scale, "ours"),
};

/** V8 lets the young generation grow to 2 × 16 MB under the SDK's garbage and keeps it; one megabyte is enough for this work. */
export const memorySmallHeap: Bench = {
  name: "memory-small-heap",
  what: "memory-sdk, as node --max-semi-space-size=1, against bare Node",
  budget: BARE_NODE,
  run: (scale) => resident(scale, "ours", "nothing", ["--max-semi-space-size=1"]),
};

export const memorySdkFloor: Bench = {
  name: "memory-sdk-floor",
  what: "the SDK's own client making as many calls at the same pace, nothing of ours loaded, against bare Node",
  budget: { kind: "none" },
  run: (scale) => resident(scale, "bareSdk"),
};

export const memorySdkOneCall: Bench = {
  name: "memory-sdk-one-call",
  what: "the SDK's own client that has assumed one role, nothing of ours loaded, against bare Node",
  budget: { kind: "none" },
  run: (scale) => resident(scale, "oneCall"),
};

export const memoryOurs: Bench = {
  name: "memory-ours",
  what: "memory-sdk, against the SDK's own client making as many calls at the same pace",
  budget: BARE_SDK,
  run: (scale) => resident(scale, "ours", "bareSdk"),
};

/** Resident megabytes of children/memory.ts beside an STS on loopback. */
function resident(
  scale: Scale,
  subject: string,
  baseline = "nothing",
  nodeOptions: readonly string[] = [],
): Promise<Measurement> {
  return inTemporaryDirectory((directory) =>
    // Sessions rotate at half-life, every two seconds.
    withStsStub({ latencyMs: 50, lifetimeMs: 4_000 }, async ({ env }) => {
      const sample =
        (what: string, options: readonly string[] = []): Sample =>
        () =>
          figureOf(["--expose-gc", ...options, child("memory"), what, `${scale(500)}`, `${scale(3)}`], {
            ...env,
            ...homeAt(directory),
          });
      const samples = { subject: sample(subject, nodeOptions), baseline: sample(baseline) };
      return { ...(await alternate({ ...samples, repetitions: scale(3) })), unit: "MB" };
    }),
  );
}
