import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { asList, isRecord, listOf, textOf } from "@agent-roles/iam";
import { templateMacros } from "./macro.ts";
import { cycleProblem } from "./scope.ts";
import type { Stack } from "./stack.ts";

/**
 * A circle of references between resources, one of IAM among them; CloudFormation rejects such a template. Branches of
 * `Fn::If` are left out, because only one of them counts.
 *
 * @returns the first circle; `undefined` when there is none.
 */
export function findCycle(stack: Stack): Diagnostic | undefined {
  // A macro changes what refers to what.
  if (templateMacros(stack.source.template) !== undefined) return undefined;
  const done = new Set<string>();
  for (const [start, resource] of stack.resources) {
    if (!textOf(resource["Type"]).startsWith("AWS::IAM::") || done.has(start)) continue;
    const cycle = cycleFrom(start, stack, done);
    if (cycle !== undefined) return cycleProblem(stack, cycle);
  }
  return undefined;
}

/** Depth first, without recursion: a chain of references can be as long as the template. */
function cycleFrom(start: string, stack: Stack, done: Set<string>): readonly string[] | undefined {
  const trail = [{ id: start, next: referencesOf(start, stack) }];
  const onTrail = new Set([start]);
  for (let last = trail.at(-1); last !== undefined; last = trail.at(-1)) {
    const id = last.next.pop();
    if (id === undefined) {
      done.add(last.id);
      onTrail.delete(last.id);
      trail.pop();
    } else if (onTrail.has(id)) {
      const ids = trail.map((step) => step.id);
      return [...ids.slice(ids.indexOf(id)), id];
    } else if (!done.has(id)) {
      onTrail.add(id);
      trail.push({ id, next: referencesOf(id, stack) });
    }
  }
  return undefined;
}

/** The logical IDs that a resource's properties and `DependsOn` name. */
function referencesOf(logicalId: string, { resources }: Stack): string[] {
  const { Type: type, Properties: properties, DependsOn: dependsOn } = resources.get(logicalId) ?? {};
  const found = new Set(listOf(dependsOn).map(textOf));
  // SAM makes several resources of one of its own, and of their properties.
  if (!textOf(type).startsWith("AWS::Serverless::")) collect(properties, found);
  return [...found].filter((id) => resources.has(id)).toReversed();
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) collect(item, found);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, argument] of Object.entries(value)) {
    if (key === "Fn::If") continue;
    if (key === "Ref") found.add(textOf(argument));
    if (key === "Fn::GetAtt") found.add(textOf(asList(argument)[0]).replace(/\..*$/su, ""));
    if (key === "Fn::Sub") collectSub(asList(argument)[0], found);
    collect(argument, found);
  }
}

function collectSub(text: unknown, found: Set<string>): void {
  if (typeof text !== "string") return;
  for (const [, id] of text.matchAll(/\$\{([^!{}.][^{}.]*)[^{}]*\}/gu)) found.add(String(id).trim());
}
