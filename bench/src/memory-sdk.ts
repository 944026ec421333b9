import type { Bench } from "./bench.ts";
import { residentWithStub } from "./harness/resident-of.ts";

/** Missed with Node's own settings, whoever makes the calls: `memory-sdk-floor` is the SDK's client alone, and above it, too. */
export const memorySdk: Bench = {
  name: "memory-sdk",
  what: "500 roles, all rotating every 2 s through the SDK into the shared credentials file, against bare Node",
  budget: { kind: "difference", atMost: 40 },
  run: () => residentWithStub({ child: "rotate-sdk.js" }),
};

/** V8 lets the young generation grow to 2 × 16 MB under the SDK's garbage and keeps it; one megabyte is enough for this work. */
export const memorySmallHeap: Bench = {
  name: "memory-small-heap",
  what: "memory-sdk, as node --max-semi-space-size=1, against bare Node",
  budget: { kind: "difference", atMost: 40 },
  run: () => residentWithStub({ child: "rotate-sdk.js", nodeOptions: ["--max-semi-space-size=1"] }),
};

export const memorySdkFloor: Bench = {
  name: "memory-sdk-floor",
  what: "the SDK's own client making as many calls at the same pace, nothing of ours loaded, against bare Node",
  budget: { kind: "none" },
  run: () => residentWithStub({ child: "rotate-bare-sdk.js" }),
};

export const memorySdkOneCall: Bench = {
  name: "memory-sdk-one-call",
  what: "the SDK's own client that has assumed one role, nothing of ours loaded, against bare Node",
  budget: { kind: "none" },
  run: () => residentWithStub({ child: "one-call-sdk.js" }),
};

export const memoryOurs: Bench = {
  name: "memory-ours",
  what: "memory-sdk, against the SDK's own client making as many calls at the same pace: what is ours",
  budget: { kind: "none" },
  run: () => residentWithStub({ child: "rotate-sdk.js" }, { child: "rotate-bare-sdk.js" }),
};
