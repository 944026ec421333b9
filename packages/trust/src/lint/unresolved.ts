/**
 * Whether a text holds `${…}`: a part that is not known offline, or a policy variable that only a request fills in. No
 * rule makes a claim about either.
 */
export function isUnresolved(text: string): boolean {
  return text.includes("${");
}
