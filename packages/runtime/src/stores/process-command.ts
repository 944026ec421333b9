import { isAbsolute, win32 } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";

/**
 * The value of `credential_process` for these words: botocore splits it like a shell without being one, the other SDKs give it to
 * `sh` or `cmd.exe`, and both come out with the same words.
 *
 * @throws {AgentRolesError} `StoreFailed` for a relative program, and for characters that cannot be written.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function processCommand(words: readonly string[], platform: NodeJS.Platform): string {
  const [program = ""] = words;
  const onWindows = platform === "win32";
  if (!(onWindows ? win32.isAbsolute(program) : isAbsolute(program))) {
    throw unusable(
      program,
      "is not an absolute path",
      "SDKs run the command from any directory: name the program with its directory",
    );
  }
  return toLatin1(words.map(onWindows ? quoteForWindows : quoteForPosix).join(" "));
}

/**
 * The value of `credential_process` that prints a file with the system's own command: its reader needs no Node, and waits a
 * millisecond. It ends with the quoted path, by which `removeProfileFiles` finds the files that are in use.
 *
 * @throws {AgentRolesError} `StoreFailed` for a path that cannot be written.
 */
export function printFileCommand(path: string, platform: NodeJS.Platform): string {
  // Go's SDK starts no quoted program on Windows: `cmd` needs no quotes, whatever the path of the file.
  if (platform === "win32") {
    refuse(path, /\p{Cc}|"|\s[#;]/u);
    return toLatin1(`cmd /c type "${path}"`);
  }
  return toLatin1(`cat ${/^[\w@%+=:,./ -]+$/.test(path) ? `"${path}"` : quoteForPosix(path)}`);
}

/** One character a byte, as the shared files are edited. */
function toLatin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Single quotes mean the same to `sh` and to Python's shlex: nothing in them is special. */
function quoteForPosix(word: string): string {
  refuse(word, /\p{Cc}/u);
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const quoted = `'${word.replaceAll("'", String.raw`'\''`)}'`;
  // The JavaScript SDK takes a blank and a # or ; for a comment, in quotes, too.
  return quoted.replaceAll(/\s(?=[#;])/g, "$&''");
}

function quoteForWindows(word: string): string {
  refuse(word, /\p{Cc}|"|\s[#;]/u);
  if (/^[\w@%+=:,./\\-]+$/.test(word)) return word;
  // Backslashes would escape the closing quote.
  return `"${word.replace(/\\+$/, "$&$&")}"`;
}

function refuse(word: string, characters: RegExp): void {
  if (characters.test(word)) {
    throw unusable(
      word,
      "has characters that no AWS config file can hold",
      "move the program or the file to another path",
    );
  }
}

function unusable(word: string, what: string, fix: string): AgentRolesError {
  return new AgentRolesError(`credential_process: ${JSON.stringify(word)} ${what}`, { code: "StoreFailed", fix });
}
