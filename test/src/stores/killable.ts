import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { bundled } from "../harness/bundle.ts";
import { REPOSITORY } from "../harness/repository.ts";

const WRITER = join(REPOSITORY, "test/dist/stores/writer.js");

/** A lock that nobody inherits would hold the next writer up for ten seconds. */
const HELD_UP_MS = 9_000;

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
  const outcome = await Promise.race([line(), ended, setTimeout(HELD_UP_MS, "held up")]);
  await setTimeout(Math.random() * 60);
  child.kill("SIGKILL");
  await ended;
  if (outcome !== "written") throw new Error(`the writer was ${outcome}: ${stderr.join("")}`);
}
