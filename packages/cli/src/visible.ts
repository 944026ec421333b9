/**
 * Escapes every control and formatting character in the strings of a value, as `\u{1b}`. Text from a template then cannot control the
 * terminal, start a line of its own, or hide or reorder the text after it.
 *
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export function visible<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === "string" ? visibleText(each) : each)));
}

/** Escapes text and keeps its line breaks. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visibleText).join("\n");
}

function visibleText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16)}}`);
}
