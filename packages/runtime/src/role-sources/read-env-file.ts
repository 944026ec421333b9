import { parseEnv } from "node:util";
import { AgentRolesError } from "../agent-roles-error.ts";
import { readRegularFile } from "../files/read-regular-file.ts";

/** The beginning of a line that means to set a variable of ours. */
const OURS = /^\s*(?:export\s+)?((?:AWS_ROLE_\d|AWS_MASTER_ROLE_|AGENT_ROLES_)\w*)\s*(=?)/;

/** Far more than the variables of any process. */
const LIMIT_BYTES = 10_000_000;

const PIPE_MS = 10_000;

/**
 * The variables of a dotenv file.
 *
 * @throws {AgentRolesError} `RolesUnreadable` when the file cannot be read, or a line of it sets none of our variables though
 * it means to: dotenv files have no errors, and a role that is silently missing is worse than one.
 */
export async function readEnvFile(path: string): Promise<Record<string, string | undefined>> {
  let text: string;
  try {
    text = withoutMark(await readRegularFile(path, { limit: LIMIT_BYTES, pipeMs: PIPE_MS }));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const fix = "Check that the file exists and can be read. agent-roles env writes one.";
    throw new AgentRolesError(`${path}: ${message}`, { code: "RolesUnreadable", retryable: true, fix, cause });
  }
  const mistakes = lineMistakes(text);
  if (mistakes.length === 0) return { ...parseEnv(text) };
  const message = mistakes.map((mistake) => `${path}:${mistake}`).join("\n");
  throw new AgentRolesError(message, { code: "RolesUnreadable", fix: "write each variable once, as NAME=value" });
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
