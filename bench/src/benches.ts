import type { Bench } from "./bench.ts";
import { callsPerLifetime } from "./calls-per-lifetime.ts";
import { cliEnv } from "./cli-env.ts";
import { cliList } from "./cli-list.ts";
import { credentialProcess } from "./credential-process.ts";
import { decisions } from "./decisions.ts";
import { hotPath } from "./hot-path.ts";
import { memory } from "./memory.ts";
import { memoryOurs, memorySdk, memorySdkFloor, memorySdkOneCall, memorySmallHeap } from "./memory-sdk.ts";
import { profilesReady } from "./profiles-ready.ts";
import { profilesReadySdk } from "./profiles-ready-sdk.ts";
import { sdkOverhead } from "./sdk-overhead.ts";
import { sequentialCli } from "./sequential-cli.ts";
import { storeReplacements, storeWrite } from "./store-write.ts";
import { synth } from "./synth.ts";
import { temporaryFill, temporaryHotPath } from "./temporary-credentials.ts";
import { trustCheck } from "./trust-check.ts";
import { trustIndependent } from "./trust-independent.ts";

/** Every bench, in the order of the table. */
export const benches: readonly Bench[] = [
  hotPath,
  profilesReady,
  profilesReadySdk,
  sdkOverhead,
  temporaryHotPath,
  temporaryFill,
  sequentialCli,
  storeWrite,
  storeReplacements,
  memory,
  memorySdk,
  memorySmallHeap,
  memorySdkFloor,
  memorySdkOneCall,
  memoryOurs,
  credentialProcess,
  callsPerLifetime,
  cliList,
  cliEnv,
  decisions,
  trustCheck,
  trustIndependent,
  synth,
];
