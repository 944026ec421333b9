import { bareSdk } from "../harness/bare-sdk.ts";
import { elapsedMs } from "../harness/elapsed.ts";

// Milliseconds that the SDK needs for as many calls, modules loaded, and nothing around it.
process.stdout.write(`${await elapsedMs(() => bareSdk()())}\n`);
