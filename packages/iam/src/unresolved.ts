/**
 * Whether a text holds `${…}`: a part that is unknown offline, or a policy variable that only a request fills in.
 */
export function isUnresolved(text: string): boolean {
  return text.includes("${");
}

/** Replaces a value that is unknown offline; a policy variable has a colon. */
const PLACEHOLDER = /\$\{[^{}:]*\}/g;

/** Whether a part of a text is unknown offline. */
export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) !== -1;
}

/** The text with something in place of each part that is unknown offline. */
export function replacePlaceholders(text: string, replacement: string): string {
  return text.replaceAll(PLACEHOLDER, replacement);
}
