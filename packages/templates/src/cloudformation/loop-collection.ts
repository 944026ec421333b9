import type { Collection } from "./for-each.ts";
import { asText } from "./intrinsics/text.ts";
import { holdsPlaceholder } from "./placeholder.ts";
import type { Scope } from "./scope.ts";

/** What a loop goes through: a list, or a parameter that is one. What is noted in the scope was assumed. */
export function collectionOf(expression: unknown, scope: Scope): Collection {
  const value = scope.resolve(expression, "arn");
  const items = Array.isArray(value) ? value.map(asText) : [undefined];
  if (holdsPlaceholder(value) || items.includes(undefined)) return { why: "its collection is not known offline" };
  return { items: items.filter((item) => item !== undefined), assumed: [...scope.variant.notes.values()] };
}
