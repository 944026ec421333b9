import { setTimeout } from "node:timers/promises";
import { median } from "./statistics.ts";

const READINGS = 5;

/** V8 gives the pages that a collection freed back on threads of its own: until then they count. */
const SETTLE_MS = 200;

/** Resident megabytes of this process with its garbage collected; it must have been started with `--expose-gc`. */
export async function residentMegabytes(): Promise<number> {
  const readings: number[] = [];
  while (readings.length < READINGS) {
    globalThis.gc?.();
    await setTimeout(SETTLE_MS);
    readings.push(process.memoryUsage.rss() / 1e6);
  }
  return median(readings);
}
