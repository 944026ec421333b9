import { isDeepStrictEqual } from "node:util";
import { isRecord } from "@agent-roles/iam";
import { parse } from "yaml";

/**
 * One line per resource and output that differs between two templates, such as `~ AWS::IAM::Role TargetReader (Policies)`.
 *
 * @param before JSON, or the YAML that `cdk deploy` writes.
 */
export function templateChanges(before: string | undefined, after: string): string[] {
  const [old, wanted] = [before === undefined ? {} : parsed(before), parsed(after)];
  return [...resourceChanges(old, wanted), ...outputChanges(old, wanted)];
}

function parsed(template: string): unknown {
  return template.trimStart().startsWith("{") ? JSON.parse(template) : parse(template, { version: "1.1" });
}

function resourceChanges(before: unknown, after: unknown): string[] {
  return differences(field(before, "Resources"), field(after, "Resources")).map(({ name, from, to }) => {
    const line = `${sign(from, to)} ${String(field(to ?? from, "Type"))} ${name}`;
    if (from === undefined || to === undefined) return line;
    const changed = differences(field(from, "Properties"), field(to, "Properties")).map((property) => property.name);
    return `${line} (${changed.join(", ")})`;
  });
}

function outputChanges(before: unknown, after: unknown): string[] {
  return differences(field(before, "Outputs"), field(after, "Outputs")).map(
    ({ name, from, to }) => `${sign(from, to)} output ${name}`,
  );
}

function differences(before: unknown, after: unknown): { name: string; from: unknown; to: unknown }[] {
  const names = new Set([before, after].flatMap((each) => (isRecord(each) ? Object.keys(each) : [])));
  return [...names]
    .map((name) => ({ name, from: field(before, name), to: field(after, name) }))
    .filter(({ from, to }) => !isDeepStrictEqual(from, to));
}

function sign(from: unknown, to: unknown): string {
  return from === undefined ? "+" : to === undefined ? "-" : "~";
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
