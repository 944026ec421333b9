import { join } from "node:path";
import type { Measurement } from "../bench.ts";
import { alternate, type Sample } from "./alternate.ts";
import { ROUND_MS } from "./rotate.ts";
import { CHILDREN, figureOf } from "./run-node.ts";
import { withStsStub } from "./sts-stub.ts";
import { inTemporaryFolder, sharedFiles } from "./temporary-folder.ts";

/** A script that reports resident megabytes of itself. */
export interface ResidentChild {
  readonly child: string;
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export function residentOf({ child, nodeOptions = [], env = {} }: ResidentChild): Promise<number> {
  return figureOf(["--expose-gc", ...nodeOptions, join(CHILDREN, child)], env);
}

/** Resident megabytes of a Node that does nothing. */
export const bareNode: Sample = () => residentOf({ child: "nothing.js" });

/** Compares children that assume roles through the SDK and HTTP on loopback; without a baseline, with bare Node. */
export function residentWithStub(subject: ResidentChild, baseline?: ResidentChild): Promise<Measurement> {
  return inTemporaryFolder((folder) =>
    // Sessions rotate at half-life.
    withStsStub({ latencyMs: 50, lifetimeMs: 2 * ROUND_MS }, async (stub) => {
      const env = { ...stub, ...sharedFiles(folder) };
      const sampleOf =
        (child: ResidentChild): Sample =>
        () =>
          residentOf({ ...child, env });
      const samples = { subject: sampleOf(subject), baseline: baseline ? sampleOf(baseline) : bareNode };
      return { ...(await alternate({ ...samples, repetitions: 3 })), unit: "MB" };
    }),
  );
}
