import type { Bench } from "./bench.ts";
import { againstBareNode } from "./harness/against-bare-node.ts";
import { CLI, MANIFEST } from "./harness/scripts.ts";

export const cliEnv: Bench = {
  name: "cli-env",
  what: "agent-roles env of the demo manifest, from start to end, against node -e 0",
  budget: { kind: "none" },
  run: () => againstBareNode([CLI, "env", "--manifest", MANIFEST]),
};
