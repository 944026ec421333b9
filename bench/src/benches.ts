import type { Bench } from "./bench.ts";
import { cliEnv } from "./cli-env.ts";
import { cliList } from "./cli-list.ts";
import { decisions } from "./decisions.ts";
import { hotPath } from "./hot-path.ts";
import { memory } from "./memory.ts";
import { memorySdk } from "./memory-sdk.ts";
import { profilesReady } from "./profiles-ready.ts";
import { profilesReadySdk } from "./profiles-ready-sdk.ts";
import { sdkOverhead } from "./sdk-overhead.ts";
import { storeWrite } from "./store-write.ts";
import { synth } from "./synth.ts";
import { trustCheck } from "./trust-check.ts";
import { trustIndependent } from "./trust-independent.ts";

/** Every bench, in the order of the table. */
export const benches: readonly Bench[] = [
  hotPath,
  profilesReady,
  profilesReadySdk,
  sdkOverhead,
  storeWrite,
  memory,
  memorySdk,
  cliList,
  cliEnv,
  decisions,
  trustCheck,
  trustIndependent,
  synth,
];
