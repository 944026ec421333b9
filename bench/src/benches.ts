import type { Bench } from "./bench.ts";
import { callsPerLifetime } from "./calls-per-lifetime.ts";
import {
  cliEnv,
  cliList,
  cliVersion,
  credentialProcess,
  execStart,
  processProfile,
  sequentialCli,
} from "./commands.ts";
import { deploy, deployAgain } from "./deploy.ts";
import { endpointBenches } from "./endpoint.ts";
import { hotPath, temporaryHotPath } from "./hot-path.ts";
import { memory, memoryOurs, memorySdk, memorySdkFloor, memorySdkOneCall, memorySmallHeap } from "./memory.ts";
import { profilesReady, profilesReadySdk, sdkOverhead, temporaryFill } from "./profiles-ready.ts";
import { storeReplacements, storeWrite } from "./store-write.ts";
import { synth } from "./synth.ts";
import { mcpListProfiles, taskCalls, taskScoped } from "./tasks.ts";
import { decisions, trustCheck, trustIndependent } from "./trust.ts";

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
  processProfile,
  credentialProcess,
  execStart,
  ...endpointBenches,
  callsPerLifetime,
  taskCalls,
  taskScoped,
  mcpListProfiles,
  cliVersion,
  cliList,
  cliEnv,
  decisions,
  trustCheck,
  trustIndependent,
  synth,
  deploy,
  deployAgain,
];
