import { isRecord } from "../json.ts";
import { resolveIntrinsic } from "./intrinsics/intrinsics.ts";
import type { Scope, World } from "./scope.ts";
import type { Stack } from "./stack.ts";

/**
 * Gives what resolves the values of a stack: policies are walked, intrinsic functions replaced by their values, and what
 * is unknown reads `${…}` and is noted at its place in the result.
 */
export function createScope(world: World, stack: Stack): Scope {
  const scope: Scope = {
    world,
    stack,
    resolve: (value, at) => resolveValue(value, at, scope),
    in: (other) => createScope(world, other),
    noting: (notes) => createScope({ ...world, notes }, stack),
  };
  return scope;
}

function resolveValue(value: unknown, at: string, scope: Scope): unknown {
  if (Array.isArray(value)) return resolveList(value, at, scope);
  if (!isRecord(value)) return value;
  const keys = Object.keys(value);
  const [key] = keys;
  if (keys.length === 1 && key !== undefined && (key === "Ref" || key.startsWith("Fn::"))) {
    return resolveIntrinsic(key, value[key], at, scope);
  }
  const entries: [string, unknown][] = [];
  for (const name of keys) {
    const resolved = resolveValue(value[name], at === "" ? name : `${at}.${name}`, scope);
    if (resolved !== undefined) entries.push([name, resolved]);
  }
  return Object.fromEntries(entries);
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
