import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { bareNode, residentOf } from "./harness/resident-of.ts";

export const memory: Bench = {
  name: "memory",
  what: "500 roles rotating with a fake STS and no store, resident after garbage collection, against bare Node",
  budget: { kind: "difference", atMost: 40 },
  run: async () => ({
    ...(await alternate({ subject: () => residentOf({ child: "rotate.js" }), baseline: bareNode, repetitions: 3 })),
    unit: "MB",
  }),
};
