import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** Names this process so that another can tell whether it lives: `4711 since 884213 on build-7 pid:[4026531836]`. */
export async function processMark(): Promise<string> {
  const { start } = (await procStat(process.pid)) ?? { start: "?" };
  return `${process.pid} since ${start} on ${await machine()}`;
}

/** What can be told of the process that left a mark. Of another machine's nothing can. */
export type ProcessFate = "lives" | "gone" | "unknown";

/** Whether the process that left this mark still lives; text after the mark is ignored. */
export async function processFate(mark: string): Promise<ProcessFate> {
  const [begin, pid = "", start] = /^(\d+) since (\S+) on /.exec(mark) ?? [];
  if (begin === undefined || !`${mark} `.startsWith(`${begin}${await machine()} `)) return "unknown";
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // Another user's lives, too.
    return error instanceof Error && "code" in error && error.code === "ESRCH" ? "gone" : "lives";
  }
  const stat = await procStat(Number(pid));
  if (!stat || start === "?") return "lives";
  // A zombie waits for nothing but its parent; a restarted container gives out the same few numbers again.
  return stat.state === "Z" || stat.state === "X" || stat.start !== start ? "gone" : "lives";
}

/** Two containers may share a folder and a host name: their process ids then mean different processes. */
async function machine(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${hostname()} ${namespace}`.trim();
}

/** What Linux tells of a process; `undefined` elsewhere. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function procStat(pid: number): Promise<{ readonly state: string; readonly start: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The program's name, in parentheses, may hold blanks and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return state && start ? { state, start } : undefined;
}
