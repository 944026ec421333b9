import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import type { SharedPaths } from "../aws-files/shared-paths.ts";
import type { Clock } from "../clock.ts";

/** Tools that do not use our lock can write at the same time; none writes so often. */
const MOST_TRIES = 5;

/** A tool that writes in place, in pieces, is done when it has paused for so long. */
const SETTLED_MS = 5_000;
const LONGEST_WAIT_MS = 15_000;
const POLL_MS = 250;

/** Changes whenever one of the files does. */
export interface FilesStamp {
  readonly text: string;
  /** Milliseconds since the epoch, by the clock of the file system. */
  readonly changedAt: number;
  readonly files: readonly (Stats | undefined)[];
}

export async function stampOf({ configFile, credentialsFile }: SharedPaths): Promise<FilesStamp> {
  const infos = await Promise.all([configFile, credentialsFile].map((path) => stat(path).catch(() => undefined)));
  return {
    text: infos.map((info) => `${info?.ino} ${info?.mtimeMs} ${info?.size}`).join(),
    // Whole milliseconds, as Date.now() has them: a part of one would be in the future.
    changedAt: Math.floor(Math.max(...infos.map((info) => info?.mtimeMs ?? 0))),
    files: infos,
  };
}

/**
 * A file that shrank in place a moment ago is being written anew, piece by piece: its second half would be lost. Tools that
 * replace files, as we do, leave another inode.
 */
export async function waitForWriter(paths: SharedPaths, seen: FilesStamp | undefined, clock: Clock): Promise<void> {
  if (!seen) return;
  for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS; waitedMs += POLL_MS) {
    const stamp = await stampOf(paths);
    const isShrinking = seen.files.some((before, index) => {
      const now = stamp.files[index];
      return now !== undefined && before !== undefined && now.ino === before.ino && now.size < before.size;
    });
    if (!isShrinking || Date.now() - stamp.changedAt >= SETTLED_MS) return;
    await clock.sleep(POLL_MS, new AbortController().signal);
  }
}

/** Somebody else wrote the file between our reading and our writing it. */
export class ConcurrentWriteError extends Error {
  override readonly name = "ConcurrentWriteError";
  override readonly message = "another program keeps changing it";
}

/** Does the work again while somebody else's change would be lost by it. */
export async function retryOnConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConcurrentWriteError) || tries === MOST_TRIES) throw error;
    }
  }
}
