import { writeSync } from "node:fs";
import { fastOptions, type FastOptions, fastPath } from "./credential-process/fast-path.ts";

// bundle.js runs it once, too.
export { fastPath };

/**
 * The shortest way through `agent-roles credential-process`, which `bundle.js` makes one file of: Node starts in thirty
 * milliseconds, and each file more takes a part of one.
 *
 * @returns the options when the cache has no answer, `undefined` when they are not understood, and true when all is done.
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

/** Node's own streams take some milliseconds to set up; where a direct write does not take all, they do the rest. */
function print(descriptor: 1 | 2, text: string, process: NodeJS.Process): void {
  const bytes = Buffer.from(text);
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
  } catch {
    (descriptor === 1 ? process.stdout : process.stderr).write(bytes.subarray(written));
  }
}
