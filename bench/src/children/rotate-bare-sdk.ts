import { setTimeout } from "node:timers/promises";
import { bareSdk } from "../harness/bare-sdk.ts";
import { residentMegabytes } from "../harness/resident.ts";
import { ROUND_MS, ROUNDS } from "../harness/rotate.ts";

// Resident megabytes of the SDK's client in the midst of as many calls as the rotation makes, its newest credentials kept.
const assumeAll = bareSdk();
const stop = new AbortController();
const kept: Awaited<ReturnType<typeof assumeAll>>[] = [];
async function round(): Promise<void> {
  const [newest] = await Promise.all([assumeAll(), setTimeout(ROUND_MS)]);
  kept.splice(0, 1, newest);
}
for (let count = 0; count < ROUNDS; count += 1) await round();
const measured = residentMegabytes().finally(() => stop.abort());
while (!stop.signal.aborted) await round();
if (kept.length !== 1) throw new Error("no credentials are kept");
process.stdout.write(`${await measured}\n`);
