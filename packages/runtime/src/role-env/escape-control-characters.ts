/** Control and formatting characters, among them the ones that end lines, hide text or change its direction. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** The same, except the line feed and the styles that picocolors writes. */
// oxlint-disable-next-line eslint/no-control-regex -- the escape character is what it matches
const HIDDEN_IN_LINES = /(\n|\u001b\[(?:[0-2]|22|3[0-79]|90)m)|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Escapes every control and formatting character in the strings of a value, as `\u001b`. Text from a template then cannot control the
 * terminal, start a line of its own, or hide or reorder the text after it.
 *
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export function escapeControlCharacters<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) => (typeof each === "string" ? each.replace(HIDDEN, escaped) : each)),
  );
}

export interface OutputOptions {
  /** Keeps `::warning …` at the start of a line, for a format that consists of these commands. */
  readonly githubCommands?: boolean;
}

/**
 * Makes output harmless, whatever parts of it come from outside (templates, STS messages, profiles): escapes control and formatting
 * characters, and the sequences that CI systems run as commands: `##[…]`, `##vso[…]` and `##teamcity[…]` anywhere, `::…::` at the start of
 * a line. The escapes are those of JSON, so that JSON keeps its values. Line breaks stay.
 *
 * @see https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function safeOutput(text: string, { githubCommands = false }: OutputOptions = {}): string {
  const visible = text
    .replace(HIDDEN_IN_LINES, (found, kept?: string) => kept ?? escaped(found))
    .replace(/#(?=#\w*\[)/g, String.raw`\u0023`);
  return githubCommands ? visible : visible.replace(/^([^\S\n]*):(?=:)/gm, String.raw`$1\u003a`);
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
    .join("");
}
