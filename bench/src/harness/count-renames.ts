import { watch } from "node:fs";
import { basename, dirname } from "node:path";
import { setTimeout } from "node:timers/promises";

/** Events of the file system come on a turn of their own. */
const SETTLE_MS = 50;

/** How many times a file took this name while the work went on, which is how often it was replaced. Linux tells each one. */
export async function countRenames(path: string, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const watcher = watch(dirname(path), (event, name) => {
    if (event === "rename" && name === basename(path)) count += 1;
  });
  try {
    await work();
    await setTimeout(SETTLE_MS);
    return count;
  } finally {
    watcher.close();
  }
}
