import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { againstBareNode } from "./harness/against-bare-node.ts";
import { CHILDREN } from "./harness/run-node.ts";

export const decisions: Bench = {
  name: "decisions",
  what: "1,000 AssumeRole decisions, a master with 200 account patterns, from start to end, against node -e 0",
  budget: { kind: "difference", atMost: 1_000 },
  run: () => againstBareNode([join(CHILDREN, "decide.js")]),
};
