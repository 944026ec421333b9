import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { hasErrorCode } from "./error-code.ts";

/** Names this process so that others can see whether it is alive: `4711 since 884213 on build-7 pid:[4026531836]`. */
export async function processIdentity(): Promise<string> {
  const { start } = (await procStat(process.pid)) ?? { start: "?" };
  return `${process.pid} since ${start} on ${await machine()}`;
}

/**
 * Whether the process with this identity still lives; text after the identity is ignored.
 *
 * @returns `undefined` for a process of another machine.
 */
export async function isProcessAlive(identity: string): Promise<boolean | undefined> {
  const [begin, pid = "", start] = /^(\d+) since (\S+) on /.exec(identity) ?? [];
  if (begin === undefined || !`${identity} `.startsWith(`${begin}${await machine()} `)) return undefined;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: a process of another user.
    return !hasErrorCode(error, "ESRCH");
  }
  const stat = await procStat(Number(pid));
  if (!stat || start === "?") return true;
  // A zombie has ended; a restarted container assigns the same few process IDs again.
  return stat.state !== "Z" && stat.state !== "X" && stat.start === start;
}

/** Two containers can share a directory and a host name: their process IDs then mean different processes. */
async function machine(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${hostname()} ${namespace}`.trim();
}

/** What Linux says about a process; `undefined` elsewhere. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function procStat(pid: number): Promise<{ readonly state: string; readonly start: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The program's name, in parentheses, can contain blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return state && start ? { state, start } : undefined;
}
