import { readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { errorCode } from "./store-failed.ts";

/** Names this process so that another can tell whether it lives: `4711 on build-7 pid:[4026531836]`. */
export async function processMark(): Promise<string> {
  return `${process.pid} on ${await machine()}`;
}

/**
 * Whether the process that left this mark ran on this machine and has ended; false when that cannot be told. Text after the
 * mark is ignored.
 */
export async function isGone(mark: string): Promise<boolean> {
  const [, pid] = /^(\d+) on /.exec(mark) ?? [];
  if (pid === undefined || !`${mark} `.startsWith(`${pid} on ${await machine()} `)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

/** Two containers may share a folder and a host name: their process ids then mean different processes. */
async function machine(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${hostname()} ${namespace}`.trim();
}
