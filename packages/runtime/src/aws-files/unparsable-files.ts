import { isUtf8 } from "node:buffer";
import type { Diagnostic } from "../role-env/diagnostic.ts";
import type { Env } from "../role-env/env.ts";
import { readShared } from "./read-shared.ts";
import { sharedPaths } from "./shared-paths.ts";

/**
 * The shared files that boto3 and the AWS CLI refuse as a whole, each with its first mistake. Other SDKs skip the line.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory.
 * @see https://docs.python.org/3/library/configparser.html#supported-ini-file-structure
 */
export async function unparsableFiles(env: Env): Promise<readonly Diagnostic[]> {
  const found = await Promise.all(
    Object.values(sharedPaths(env)).map(async (file): Promise<readonly Diagnostic[]> => {
      // A file that cannot be read is reported by whoever needs it.
      const mistake = firstMistake(await readShared(file).catch(() => ""));
      if (!mistake) return [];
      const message = `${mistake.message}: boto3 and the AWS CLI cannot read the file`;
      return [
        { file, line: mistake.line, message, fix: "Correct the line. No profile of the file works there until then." },
      ];
    }),
  );
  return found.flat();
}

/** What Python's `configparser`, and botocore on top of it, throw for. @param text - one character per byte. */
function firstMistake(text: string): { readonly line: number; readonly message: string } | undefined {
  const seen = new Set<string>();
  let section: string | undefined;
  let setting: { readonly indent: number; readonly isNested: boolean } | undefined;
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const mistake = (message: string) => ({ line: index + 1, message });
    if (index === 0 && raw.startsWith("\u00ef\u00bb\u00bf")) return mistake("the file begins with a byte order mark");
    if (!isUtf8(Buffer.from(raw, "latin1"))) return mistake("the line is not UTF-8");
    const line = raw.trim();
    if (/^(?:[#;]|$)/.test(line)) continue;
    const indent = raw.search(/\S/);
    if (setting && indent > setting.indent) {
      if (setting.isNested && !line.includes("=")) return mistake("the nested setting has no equals sign");
      continue;
    }
    const header = /^\[(.+)\]/.exec(line)?.[1];
    const separator = line.search(/[=:]/);
    if (header === undefined && section === undefined) return mistake("the line is in no section");
    if (header === undefined && separator < 1) return mistake("the line is neither a section nor a setting");
    const name = header ?? `${section}\n${line.slice(0, separator).trim().toLowerCase()}`;
    if (seen.has(name) && header !== "DEFAULT") return mistake(`the ${header ? "section" : "setting"} is there twice`);
    seen.add(name);
    if (header === undefined) setting = { indent, isNested: separator === line.length - 1 };
    else [section, setting] = [header, undefined];
  }
  return undefined;
}
