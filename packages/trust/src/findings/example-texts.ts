import { parseArn, replacePlaceholders } from "@agent-roles/iam";
import { instance } from "../access/mentioned.ts";

/** The text with any name in place of what is unknown offline. */
export function withoutPlaceholder(text: string): string {
  return replacePlaceholders(text, "unknown");
}

/** A text that a value of a condition matches; a part that is unknown offline is the same as in {@link withoutPlaceholder}. */
export function sample(value: string): string {
  return instance(withoutPlaceholder(value));
}

/** The account IDs with wildcards in these ARNs. */
export function accountPatterns(arns: readonly string[]): readonly string[] {
  return arns.flatMap((arn) => /^[^:]*:[^:]*:[^:]*:[^:]*:(\d*[*?][\d*?]*)/.exec(arn)?.[1] ?? []);
}

/** A text that a pattern matches, with the filler in place of its first wildcard. */
export function fill(pattern: string, filler: string): string {
  return instance(pattern.replace("*", filler));
}

/** ARNs of the account that a pattern admits: part by part, and for operators of text with a wildcard across the colons. */
export function fillArn(pattern: string, partition: string, account: string): readonly string[] {
  const parsed = parseArn(pattern);
  const base = `arn:${partition}:iam::${account}:role/x`;
  const [prefix = ""] = /^[^*?]*/.exec(pattern) ?? [];
  const across = base.startsWith(prefix) ? [base + instance(pattern.slice(prefix.length + 1))] : [];
  if (!parsed || !/^\d*[*?][\d*?]*$|^\d{12}$/.test(parsed.account)) return across;
  const { service, region, resource } = parsed;
  return [`arn:${partition}:${fill(service, "iam")}:${fill(region, "")}:${account}:${instance(resource)}`, ...across];
}
