import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { alternate } from "./harness/alternate.ts";
import { CHILDREN, figureOf } from "./harness/run-node.ts";
import { withStsStub } from "./harness/sts-stub.ts";
import { inTemporaryFolder, sharedFiles } from "./harness/temporary-folder.ts";
import { bareNode } from "./memory.ts";

export const memorySdk: Bench = {
  name: "memory-sdk",
  what: "the same through the SDK and HTTP on loopback, into the shared credentials file",
  budget: { kind: "difference", atMost: 40 },
  run: () =>
    inTemporaryFolder((folder) =>
      // Half-life is longer than it takes to assume 500 roles: rotations are rounds, as they are with real lifetimes.
      withStsStub({ latencyMs: 50, lifetimeMs: 4_000 }, async (stub) => {
        const env = { ...stub, ...sharedFiles(folder) };
        const subject = (): Promise<number> => figureOf(["--expose-gc", join(CHILDREN, "rotate-sdk.js")], env);
        return { ...(await alternate({ subject, baseline: bareNode, repetitions: 3 })), unit: "MB" };
      }),
    ),
};
