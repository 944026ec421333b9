import type { SourceLocation } from "@agent-roles/trust";

/** `cdk.out/a.template.json:12 (TargetRole)`: where an editor or a person finds it. */
export function locationText({ file, line, path }: SourceLocation): string {
  return `${file}${line === undefined ? "" : `:${line}`}${path === undefined ? "" : ` (${path})`}`;
}
