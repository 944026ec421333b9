import { type Condition, isUnresolved, type Statement } from "@agent-roles/iam";

/** What a caller is, as opposed to what it can pass or come from. */
const GIVEN = new Set([
  "aws:principalarn",
  "aws:principalaccount",
  "aws:principaltype",
  "aws:resourceaccount",
  "aws:multifactorauthpresent",
  "aws:multifactorauthage",
  "aws:userid",
]);

/**
 * The condition keys with which a call has the best chance: what each Allow demands and each Deny spares. Whoever is
 * denied even so is denied for what it is.
 */
export function bestRequest(
  statements: readonly Statement[],
  known: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const context: Record<string, string> = {};
  for (const { effect, conditions } of statements) {
    for (const entry of conditions) {
      const { key, values } = entry;
      const [value] = values;
      if (GIVEN.has(key) || value === undefined || isUnresolved(value) || !comparesText(entry)) continue;
      if (entry.operator?.negated === (effect === "Deny")) context[key] ??= value.replaceAll(/[*?]/g, "x");
    }
  }
  return { ...context, ...known };
}

function comparesText({ operator }: Condition): boolean {
  return operator?.type === "string" || operator?.type === "ARN" || operator?.type === "Boolean";
}
