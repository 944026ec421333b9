import { isRecord, itemsOf } from "@agent-roles/iam";
import type { Scope } from "../scope.ts";
import { asText, malformed } from "./text.ts";

/** `Fn::FindInMap`: `[map, key, second key]`, and `{ DefaultValue }` as the fourth with the language extensions. */
export function findInMap(argument: unknown, at: string, scope: Scope): unknown {
  const list = itemsOf(argument);
  const resolved = list.slice(0, 3).map((part) => scope.resolve(part, at));
  const [map, top, second] = resolved.map((part) => asText(part) ?? "");
  const row = scope.stack.mappings.get(map ?? "");
  const values = row !== undefined && Object.hasOwn(row, top ?? "") ? row[top ?? ""] : undefined;
  if (isRecord(values) && Object.hasOwn(values, second ?? "")) return scope.resolve(values[second ?? ""], at);
  const [, , , options] = list;
  if (isRecord(options) && "DefaultValue" in options) return scope.resolve(options["DefaultValue"], at);
  return malformed("Fn::FindInMap", argument, at, scope, list.length > 0 ? resolved : undefined);
}
