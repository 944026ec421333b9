import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { alternate, type Sample } from "./harness/alternate.ts";
import { CHILDREN, figureOf } from "./harness/run-node.ts";

export const memory: Bench = {
  name: "memory",
  what: "500 roles rotating with a fake STS and no store, resident after garbage collection, against bare Node",
  budget: { kind: "difference", atMost: 40 },
  run: async () => ({
    ...(await alternate({ subject: rotatingRoles, baseline: bareNode, repetitions: 3 })),
    unit: "MB",
  }),
};

const rotatingRoles: Sample = () => figureOf(["--expose-gc", join(CHILDREN, "rotate.js")]);

/** Resident megabytes of a Node that does nothing. */
export const bareNode: Sample = () =>
  figureOf(["--expose-gc", "-e", "gc(); process.stdout.write(String(process.memoryUsage.rss() / 1e6))"]);
