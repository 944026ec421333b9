/**
 * Whether a text holds `${…}`: a part that is unknown offline, or a policy variable that only a request fills in.
 */
export function isUnresolved(text: string): boolean {
  return text.includes("${");
}
