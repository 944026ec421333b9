/**
 * Edits the text of AWS's shared files so that only our own sections change. Texts are read as latin1, one character a byte:
 * whatever a foreign section holds comes out byte for byte, and what we write is ASCII.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */

import { AgentRolesError } from "../agent-roles-error.ts";

/** The comment that makes a section ours, on the line below its header. */
const MARKER = "# agent-roles:";

/** One section as it should be; without `lines` it should not be there. */
export interface SectionEdit {
  /** The text between the brackets: `MyFirstAccount`, in the config file `profile MyFirstAccount`. */
  readonly header: string;
  /** The rest of the marker line; readers ignore it. */
  readonly note: string;
  readonly lines?: readonly string[];
}

export interface Section {
  readonly header: string;
  /** Line of the header, counted from 1. */
  readonly line: number;
  readonly managed: boolean;
  /** What follows the marker, for a managed section. */
  readonly note: string;
  readonly values: Readonly<Record<string, string>>;
  /** All below the header. */
  readonly lines: readonly string[];
}

interface Span {
  readonly header: string;
  /** Index of the header's line. */
  readonly start: number;
  /** Index after the section's last line. */
  readonly end: number;
}

/** Every section of the text, in order, duplicates included. */
export function readSections(text: string): Section[] {
  const all = splitLines(text);
  return spans(all).map(({ header, start, end }) => {
    const managed = isManaged(all, start);
    const lines = all.slice(start + 1, end);
    const values: Record<string, string> = {};
    for (const line of lines) {
      // No expression for key and value together: it would take quadratic time for a line of blanks.
      const separator = line.search(/[=:]/);
      if (separator > 0 && !/^[\s#;]/.test(line))
        values[line.slice(0, separator).trim()] = line.slice(separator + 1).trim();
    }
    const note = managed ? (lines[0] ?? "").slice(MARKER.length).trim() : "";
    return { header, line: start + 1, managed, note, values, lines };
  });
}

/** The sections of one profile, those of the config file last: they win, as in the SDK. */
export function profileSections<S extends Section>(
  profile: string,
  { credentials, config }: { readonly credentials: readonly S[]; readonly config: readonly S[] },
): S[] {
  const inConfig = profile === "default" ? ["default", "profile default"] : [`profile ${profile}`];
  return [
    ...credentials.filter(({ header }) => header === profile),
    ...config.filter(({ header }) => inConfig.includes(header)),
  ];
}

/**
 * The text with these sections as they should be. A section that is not ours is never touched, unless `adopt` says to take it
 * over: then its settings are replaced. Comments stay, and so do settings that somebody added to a section of ours.
 */
export function editSections(text: string, edits: readonly SectionEdit[], adopt = false): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = splitLines(text);
  const wanted = new Map(edits.map((edit) => [edit.header, edit]));
  const pending = new Set(edits.filter((edit) => edit.lines));
  const output: string[] = [];
  let copied = 0;
  for (const { header, start, end } of spans(lines)) {
    const edit = wanted.get(header);
    const managed = isManaged(lines, start);
    if (!edit || !(managed || adopt)) continue;
    const written = pending.delete(edit);
    const keeps = (line: string): boolean => !isOurs(line) && (isNoSetting(line) || (managed && written));
    append(output, lines.slice(copied, start));
    if (written) append(output, sectionLines(edit, eol));
    const kept = lines.slice(start + 1, end).filter(keeps);
    // A section that is removed leaves no blank lines where there is nothing before it, or a blank line.
    const isSeparated = (output.at(-1) ?? "").trim() === "";
    append(output, edit.lines || !isSeparated ? kept : withoutLeadingBlanks(kept));
    copied = end;
  }
  append(output, lines.slice(copied));
  for (const edit of pending) appendSection(output, sectionLines(edit, eol), eol);
  return output.join("");
}

/** @throws {AgentRolesError} `StoreFailed` for a line that would become two. */
function sectionLines({ header, note, lines = [] }: SectionEdit, eol: string): string[] {
  const all = [`[${header}]`, `${MARKER} ${note}`, ...lines];
  // Every value was checked where it came from; this is the last guard of a file that can make other programs run commands.
  if (all.some(hasControlCharacter)) {
    const what = `${JSON.stringify(header)}: a value has a line break or another control character`;
    throw new AgentRolesError(what, {
      code: "StoreFailed",
      fix: "Check AWS_ENDPOINT_URL: AWS does not issue such values.",
    });
  }
  return all.map((line) => line + eol);
}

/** Bytes above 127 belong to letters of other scripts. A character of more than a byte would be written as another one: U+010A as a line feed. */
function hasControlCharacter(line: string): boolean {
  // oxlint-disable-next-line eslint/no-control-regex -- what it matches
  return /[^\t\u0020-\u007E\u0080-\u00FF]/.test(line);
}

/** What we write, in any spelling: botocore refuses a whole file in which a setting occurs twice. */
const OUR_SETTING = /^(aws_access_key_id|aws_secret_access_key|aws_session_token|region|credential_process)\s*[=:]/i;

/** The settings that we write, and our marker. */
function isOurs(line: string): boolean {
  return line.startsWith(MARKER) || OUR_SETTING.test(line);
}

/** A blank line or a comment. */
function isNoSetting(line: string): boolean {
  return /^\s*([#;]|$)/.test(line);
}

function withoutLeadingBlanks(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== "");
  return first === -1 ? [] : lines.slice(first);
}

/** A hundred thousand arguments of `push` would be more than the stack holds. */
function append(output: string[], lines: readonly string[]): void {
  for (const line of lines) output.push(line);
}

function appendSection(output: string[], section: readonly string[], eol: string): void {
  const last = output.at(-1);
  if (last !== undefined) {
    if (!/[\r\n]$/.test(last)) output.push(eol);
    if (last.trim() !== "") output.push(eol);
  }
  output.push(...section);
}

/** Lines with their own endings, so that joining them gives the text again; botocore ends one at a lone CR, too. */
function splitLines(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

function spans(lines: readonly string[]): Span[] {
  const starts = lines.flatMap((line, index) => {
    const header = headerOf(line);
    return header === undefined ? [] : [{ header, start: index }];
  });
  return starts.map((span, index) => ({ ...span, end: starts[index + 1]?.start ?? lines.length }));
}

/** The name between the brackets, quotes and doubled blanks removed; the first can follow a byte order mark. */
function headerOf(line: string): string | undefined {
  const name = /^(?:\u00ef\u00bb\u00bf)?\s*\[([^\]]+)\]/.exec(line)?.[1];
  return name?.replaceAll(/["']/g, "").trim().replaceAll(/\s+/g, " ");
}

function isManaged(lines: readonly string[], headerIndex: number): boolean {
  return lines[headerIndex + 1]?.startsWith(MARKER) ?? false;
}
