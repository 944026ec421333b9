import { isRecord } from "@agent-roles/iam";
import { type Assignments, forEachConditionAssignment } from "./condition-assignments.ts";
import { withoutReferences } from "./dynamic-reference.ts";
import { isLoop, unroll } from "./for-each.ts";
import { resolveIntrinsic } from "./intrinsics/intrinsics.ts";
import { collectionOf } from "./loop-collection.ts";
import { MACRO } from "./macro.ts";
import { createVariant, type Scope, unknown, type Variant } from "./scope.ts";
import type { Stack } from "./stack.ts";

/**
 * Gives what resolves the values of a stack: policies are walked, intrinsic functions replaced by their values, and what
 * is unknown reads `${…}` and is noted at its place in the result.
 */
export function createScope(variant: Variant, stack: Stack): Scope {
  const scope: Scope = {
    variant,
    stack,
    resolve: (value, at) => resolveValue(value, at, scope),
    in: (other) => createScope(variant, other),
    noting: (notes) => createScope({ ...variant, notes }, stack),
  };
  return scope;
}

/** Runs a function with the scope of a stack, once for each way its undecided conditions may turn out. */
export type InEachVariant = <T>(stack: Stack, run: (scope: Scope) => T) => Assignments<T>;

/** Gives what runs functions in each variant of stacks that belong together. */
export function eachVariantOf(given: Pick<Variant, "stacks" | "ambiguousIds" | "problems">): InEachVariant {
  return (stack, run) =>
    forEachConditionAssignment((decide) => run(createScope(createVariant({ ...given, decide }), stack)));
}

function resolveValue(value: unknown, at: string, scope: Scope): unknown {
  if (Array.isArray(value)) return resolveList(value, at, scope);
  // CloudFormation passes numbers on as text: an account ID without quotes is one.
  if (typeof value === "number") return String(value);
  if (!isRecord(value)) return withoutReferences(value, at, scope);
  const keys = Object.keys(value);
  if (keys.some(isLoop)) return resolveValue(withoutLoops(value, at, scope), at, scope);
  const [key] = keys;
  if (keys.length === 1 && key !== undefined && (key === "Ref" || key.startsWith("Fn::"))) {
    return withoutReferences(resolveIntrinsic(key, value[key], at, scope), at, scope);
  }
  const entries: [string, unknown][] = [];
  for (const name of keys) {
    // Beside other members, a macro adds to them or changes them.
    const resolved =
      name === MACRO
        ? resolveIntrinsic(name, value[name], at, scope)
        : resolveValue(value[name], at === "" ? name : `${at}.${name}`, scope);
    if (resolved !== undefined) entries.push([name, resolved]);
  }
  return Object.fromEntries(entries);
}

/** The members with loops unrolled; a loop that cannot be is noted and makes nothing. */
function withoutLoops(value: Readonly<Record<string, unknown>>, at: string, scope: Scope): unknown {
  const { entries, unread } = unroll(value, (expression) => collectionOf(expression, scope.noting(new Map())));
  for (const { path: _, expression, assumed } of entries.flatMap((entry) => entry.assumed)) {
    unknown(scope, at, expression, assumed, 0);
  }
  for (const { loop, written, why } of unread) {
    unknown(scope, at, { [loop]: written }, `it creates nothing (${why})`, 0);
  }
  return Object.fromEntries(entries.map((entry) => [entry.key, entry.value]));
}

/** Indexes count what is left after `AWS::NoValue` is taken out, as in the result. */
function resolveList(list: readonly unknown[], at: string, scope: Scope): unknown[] {
  const out: unknown[] = [];
  for (const item of list) {
    const resolved = resolveValue(item, `${at}[${out.length}]`, scope);
    if (resolved !== undefined) out.push(resolved);
  }
  return out;
}
