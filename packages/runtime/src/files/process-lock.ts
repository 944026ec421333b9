import { randomBytes } from "node:crypto";
import { lstat, lutimes, readlink, rename, symlink, unlink, writeFile } from "node:fs/promises";
import { hasErrorCode } from "./error-code.ts";
import { readOwnFile } from "./read-regular-file.ts";
import { isProcessAlive, processIdentity } from "./process-identity.ts";

/** A holder shows this often that it lives. */
const HEARTBEAT_MS = 1_000;

/** A holder on a machine that cannot be asked has ended when it was silent for so long. */
const QUIET_MS = 10_000;

/** A process of this machine can wait for the processor; silent for longer than STS ever takes, it is frozen. */
const FROZEN_MS = 45_000;

/** A holder that needs longer falls silent: whatever it waits for, the others go on. */
const LONGEST_HOLD_MS = 60_000;

/** A lock that this process holds. */
export interface HeldLock {
  /** Leaves a lock alone that somebody else has taken over. Never fails. */
  release(): Promise<void>;
}

/**
 * Takes a lock between processes, if it is free. The lock of a process that has ended on this machine is taken over at once, that
 * of one on another machine ten seconds after it fell silent; exactly one process takes it over.
 *
 * @param path - of the lock itself; its directory must be there.
 * @returns `undefined` when somebody else holds it.
 * @throws the file system's error when no lock can be made there.
 */
export async function tryLock(path: string): Promise<HeldLock | undefined> {
  // Many processes poll while one holds it: that must be cheap.
  const holder = await lockHolder(path);
  const abandoned = holder !== undefined && (await isAbandoned(path, holder));
  if (holder !== undefined && !abandoned) return undefined;
  const mark = `${await processIdentity()} ${randomBytes(6).toString("hex")}`;
  const taken = abandoned ? await takeOver(path, holder, mark) : await create(path, mark);
  return taken ? held(path, mark) : undefined;
}

/** The mark of whoever holds a lock, empty when it cannot be read; `undefined` when nobody does. */
export async function lockHolder(path: string): Promise<string | undefined> {
  return readlink(path).catch((error: unknown) => (hasErrorCode(error, "ENOENT") ? undefined : readOwnFile(path)));
}

function held(path: string, mark: string): HeldLock {
  let beats = LONGEST_HOLD_MS / HEARTBEAT_MS;
  const heartbeat = setInterval(() => {
    beats -= 1;
    if (beats <= 0) clearInterval(heartbeat);
    const now = new Date();
    void lutimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  // A lock keeps nobody's process alive.
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      if ((await lockHolder(path)) === mark) await unlink(path).catch(() => undefined);
    },
  };
}

/** A symlink that points nowhere is there together with what it says: no lock without a holder, whenever its maker is killed. */
async function create(path: string, mark: string): Promise<boolean> {
  try {
    await symlink(mark, path).catch(async (error: unknown) => {
      // Windows, FAT and some network file systems have no symlinks for all users.
      if (hasErrorCode(error, "EEXIST")) throw error;
      await writeFile(path, mark, { flag: "wx", mode: 0o600 });
    });
    return true;
  } catch (error) {
    if (hasErrorCode(error, "EEXIST")) return false;
    throw error;
  }
}

async function isAbandoned(path: string, holder: string): Promise<boolean> {
  const isAlive = await isProcessAlive(holder);
  if (isAlive === false) return true;
  return (await silentMs(path)) > (isAlive ? FROZEN_MS : QUIET_MS);
}

/** A lock from the future counts as old: the clock was set back. */
async function silentMs(path: string): Promise<number> {
  const info = await lstat(path).catch(() => undefined);
  return info ? Math.abs(Date.now() - info.mtimeMs) : 0;
}

/**
 * Replaces an abandoned lock. A process first creates the claim file, which only one can, then checks that the abandoned lock is still
 * there, and renames the claim over it, so that the lock is never missing.
 */
async function takeOver(path: string, abandoned: string, mark: string): Promise<boolean> {
  const claim = `${path}.claim`;
  if (!(await create(claim, mark))) {
    // A claim takes no time. One whose process was killed must not block the others.
    if (await isAbandoned(claim, (await lockHolder(claim)) ?? "")) await unlink(claim).catch(() => undefined);
    return false;
  }
  if ((await lockHolder(path)) !== abandoned) {
    await unlink(claim).catch(() => undefined);
    return false;
  }
  await rename(claim, path);
  return true;
}
