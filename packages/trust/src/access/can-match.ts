import { matchesWildcard } from "@agent-roles/iam";
import { commonPattern, type Token } from "./common-pattern.ts";

/**
 * Whether a role's ARN, in which unknown parts read `${…}`, can match a pattern in which `*` and `?` are wildcards.
 * What is unknown is taken as any text without a colon, in the role's name also without a slash.
 */
export function canMatch(pattern: string, arn: string): boolean {
  if (!arn.includes("${")) return matchesWildcard(pattern, arn);
  const name = arn.lastIndexOf("/");
  const tokens = [...arn.matchAll(/\$\{[^{}]*\}|[^]/g)].map(({ 0: text, index }): Token =>
    text.length > 1 && text.startsWith("${") ? { excluded: index > name ? ":/" : ":" } : text,
  );
  return commonPattern(pattern, tokens) !== undefined;
}
