import { writeSync } from "node:fs";
import { fastOptions, type FastOptions, fastPath } from "./credential-process/fast-path.ts";

/**
 * The fast path of `agent-roles credential-process`. `bundle.js` bundles it into one file, because Node starts in 30 ms and each further file
 * adds a part of a millisecond.
 *
 * @returns true when the answer was printed, the options when the cache has no answer, `undefined` when they cannot be parsed here.
 */
export function answerFromCache(process: NodeJS.Process): FastOptions | true | undefined {
  const options = fastOptions(process.argv.slice(3));
  const answer = options && fastPath(options, process.env, Date.now());
  if (!answer) return options;
  process.exitCode = answer.exitCode;
  if (answer.exitCode === 0) print(1, `${answer.out}\n`, process);
  else print(2, `${answer.err}\n`, process);
  return true;
}

/** Writes directly, because Node's streams take milliseconds to set up; they write what a direct write does not accept. */
function print(descriptor: 1 | 2, text: string, process: NodeJS.Process): void {
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch {
    (descriptor === 1 ? process.stdout : process.stderr).write(bytes.subarray(written));
  }
}
