import type { Bench } from "./bench.ts";
import { commandBenches } from "./commands.ts";
import { deploy, deployAgain } from "./deploy.ts";
import { endpointBenches } from "./endpoint.ts";
import { libraryBenches } from "./library.ts";
import { memoryBenches } from "./memory.ts";
import { synth } from "./synth.ts";
import { mcpListProfiles, taskCalls, taskScoped } from "./tasks.ts";
import { trustCheck, trustIndependent } from "./trust.ts";

/** Every bench, in the order of the table. */
export const benches: readonly Bench[] = [
  ...libraryBenches,
  ...memoryBenches,
  ...commandBenches,
  ...endpointBenches,
  taskCalls,
  taskScoped,
  mcpListProfiles,
  trustCheck,
  trustIndependent,
  synth,
  deploy,
  deployAgain,
];
