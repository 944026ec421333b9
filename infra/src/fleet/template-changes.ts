import { isRecord } from "@agent-roles/iam";

/** One line per resource that differs between two templates in JSON, such as `~ AWS::IAM::Role TargetReader (Policies)`. */
export function templateChanges(before: string | undefined, after: string): string[] {
  const [old, wanted] = [resources(before), resources(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(wanted)])].flatMap((id) => {
    const [from, to] = [old[id], wanted[id]];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    const type = field(to ?? from, "Type");
    if (from === undefined || to === undefined) return [`${from === undefined ? "+" : "-"} ${String(type)} ${id}`];
    const [a, b] = [field(from, "Properties"), field(to, "Properties")];
    const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
    const changed = names.filter((name) => JSON.stringify(field(a, name)) !== JSON.stringify(field(b, name)));
    return [`~ ${String(type)} ${id} (${changed.join(", ")})`];
  });
}

function resources(template: string | undefined): Readonly<Record<string, unknown>> {
  const parsed: unknown = template === undefined ? {} : JSON.parse(template);
  const found = field(parsed, "Resources");
  return isRecord(found) ? found : {};
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}
