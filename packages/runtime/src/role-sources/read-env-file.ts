import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { parseEnv } from "node:util";
import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import { hasErrorCode } from "../files/error-code.ts";
import { readRegularFile } from "../files/read-regular-file.ts";

/** The beginning of a line that means to set a variable of ours. */
const OURS = /^\s*(?:export\s+)?((?:AWS_ROLE_\d|AWS_MASTER_ROLE_|AGENT_ROLES_)\w*)\s*(=?)/;

/** Far more than the variables of any process. */
const LIMIT_BYTES = 10_000_000;

const PIPE_MS = 10_000;
const POLL_MS = 20;
const CHUNK_BYTES = 65_536;

/**
 * The variables of a dotenv file.
 *
 * @throws {AgentRolesError} `RolesUnreadable` when the file cannot be read, or a line of it sets none of our variables though
 * it means to: dotenv files have no errors, and a role that is silently missing is worse than one.
 */
export async function readEnvFile(path: string): Promise<Record<string, string | undefined>> {
  let text: string;
  try {
    text = withoutMark(await readFileOrPipe(path));
  } catch (cause) {
    const fix = "Check that the file exists and can be read. agent-roles env writes one.";
    throw toAgentRolesError(cause, { code: "RolesUnreadable", retryable: true, fix, prefix: path });
  }
  const mistakes = lineMistakes(text);
  if (mistakes.length === 0) return { ...parseEnv(text) };
  const message = mistakes.map((mistake) => `${path}:${mistake}`).join("\n");
  throw new AgentRolesError(message, { code: "RolesUnreadable", fix: "write each variable once, as NAME=value" });
}

/**
 * The text of a regular file, or of a pipe such as a shell's `<(…)`, up to 10 MB. Never waits for a writer.
 *
 * @throws the file system's error, or one that says what the path is.
 */
export async function readFileOrPipe(path: string): Promise<string> {
  return readRegularFile(path, { limit: LIMIT_BYTES }).catch((error: unknown) => {
    if (hasErrorCode(error, "EFTYPE")) return readPipe(path);
    throw error;
  });
}

/** Reads a pipe, such as a shell's `<(…)`. Polls, because a thread that waits in a read would keep the process from ending. */
async function readPipe(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await file.stat()).isFIFO()) throw new Error("is neither a file nor a pipe");
    const chunks: Buffer[] = [];
    for (let polls = PIPE_MS / POLL_MS; polls > 0 && chunks.length < LIMIT_BYTES / CHUNK_BYTES;) {
      const read = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null).catch((error: unknown) => {
        if (hasErrorCode(error, "EAGAIN")) return undefined;
        throw error;
      });
      if (read?.bytesRead === 0 && chunks.length === 0) {
        throw new Error('is an empty pipe. Node empties it unless it is started as "node -- …": write a file instead');
      }
      if (read?.bytesRead === 0) return Buffer.concat(chunks).toString();
      if (read) chunks.push(read.buffer.subarray(0, read.bytesRead));
      else await setTimeout(POLL_MS);
      if (!read) polls -= 1;
    }
    throw new Error("is a pipe that does not end");
  } finally {
    await file.close();
  }
}

/** Editors of other systems put a byte order mark before the first name. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}

function lineMistakes(text: string): string[] {
  const seen = new Map<string, number>();
  return text.split("\n").flatMap((line, index) => {
    const [, name, equals] = OURS.exec(line) ?? [];
    if (name === undefined) return [];
    if (!equals) return [`${index + 1}: ${name} has no "=" after it`];
    const first = seen.get(name);
    seen.set(name, index + 1);
    return first === undefined ? [] : [`${index + 1}: ${name} is set in line ${first} already`];
  });
}
