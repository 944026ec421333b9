import { spawn } from "node:child_process";
import { once } from "node:events";
import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { bundled } from "../harness/bundle.ts";
import { REPOSITORY } from "../harness/repository.ts";

const WRITER = join(REPOSITORY, "test/dist/stores/writer.js");

/** A lock that nobody inherits would hold the next writer up for ten seconds; a busy machine can need as long for its writes. */
const HELD_UP_MS = 9_000;

/** Whether one of the files is locked by another process than this one. */
async function isLockedByAnother(places: readonly string[], pid: number | undefined): Promise<boolean> {
  const locks = places.flatMap((place) => {
    const [, path = ""] = place.split(/:(.*)/);
    return ["credentials", "config"].map((file) => join(path, ".aws", `${file}.lock`));
  });
  const holders = await Promise.all(locks.map((lock) => readlink(lock).catch(() => undefined)));
  return holders.some((holder) => holder !== undefined && !holder.startsWith(`${pid} `));
}

export interface Interrupted {
  /** Where the writer began. */
  readonly firstSerial: number;
  readonly places: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a writer, lets it write each place once, and kills it at a random moment of the next ones. */
export async function interruptWriter({ firstSerial, places, env }: Interrupted): Promise<void> {
  const child = spawn(process.execPath, [await bundled(WRITER), String(firstSerial), ...places], {
    env: { ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stderr: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk.toString()));
  const ended = once(child, "exit").then(() => "ended");
  const output = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await output.next()).value);
  // However long a busy machine takes to start it.
  await Promise.race([line(), ended]);
  const written = line();
  let outcome: string;
  do {
    outcome = await Promise.race([written, ended, setTimeout(HELD_UP_MS, "held up")]);
  } while (outcome === "held up" && !(await isLockedByAnother(places, child.pid)));
  await setTimeout(Math.random() * 60);
  child.kill("SIGKILL");
  await ended;
  if (outcome !== "written") throw new Error(`the writer was ${outcome}: ${stderr.join("")}`);
}
