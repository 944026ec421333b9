import type { Bench, Measurement, Scale } from "./bench.ts";
import { alternate } from "./harness/measure.ts";
import { child, figureOf, withRoles } from "./harness/processes.ts";

/** Above bare Node. */
const BARE_NODE = { kind: "difference", atMost: 40 } as const;
/** Above the SDK's client alone. */
const BARE_SDK = { kind: "difference", atMost: 10 } as const;

export const memoryBenches: readonly Bench[] = [
  {
    name: "memory",
    what: "500 roles rotating with a fake STS and no store, resident after garbage collection, against bare Node",
    budget: BARE_NODE,
    run: (scale) => resident(scale, "fakeSts"),
  },
  {
    // Missed with Node's own settings by the SDK's client alone, too: see memory-sdk-floor.
    name: "memory-sdk",
    what: "500 roles, all rotating every 2 s through the SDK into process profiles, against bare Node",
    budget: BARE_NODE,
    run: (scale) => resident(scale, "ours"),
  },
  {
    // V8 lets the young generation grow to 2 × 16 MB under the SDK's garbage and keeps it; one megabyte is enough for this work.
    name: "memory-small-heap",
    what: "memory-sdk, as node --max-semi-space-size=1, against bare Node",
    budget: BARE_NODE,
    run: (scale) => resident(scale, "ours", "nothing", ["--max-semi-space-size=1"]),
  },
  {
    name: "memory-sdk-floor",
    what: "the SDK's own client making as many calls at the same pace, nothing of ours loaded, against bare Node",
    budget: { kind: "none" },
    run: (scale) => resident(scale, "bareSdk"),
  },
  {
    name: "memory-ours",
    what: "memory-sdk, against the SDK's own client making as many calls at the same pace",
    budget: BARE_SDK,
    run: (scale) => resident(scale, "ours", "bareSdk"),
  },
];

/** Resident megabytes of children/memory.ts beside an STS on loopback. */
function resident(
  scale: Scale,
  subject: string,
  baseline = "nothing",
  nodeOptions: readonly string[] = [],
): Promise<Measurement> {
  // Sessions rotate at half-life, every two seconds.
  return withRoles(0, { latencyMs: 50, lifetimeMs: 4_000 }, ({ env }) => {
    const measure = (what: string, options: readonly string[]) => () =>
      figureOf(["--expose-gc", ...options, child("memory"), what, `${scale(500)}`, `${scale(3)}`], env);
    const samples = { subject: measure(subject, nodeOptions), baseline: measure(baseline, []) };
    return alternate({ ...samples, repetitions: scale(3), unit: "MB" });
  });
}
