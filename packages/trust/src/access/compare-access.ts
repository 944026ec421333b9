import type { AccessChangeKind } from "./access-change.ts";
import { allImply } from "./clause-implies.ts";
import { coversPrincipal } from "./principals.ts";
import type { Access } from "./grants.ts";

/** How access changed; `undefined` when it means the same. */
export function compareAccess(before: Access | undefined, after: Access | undefined): AccessChangeKind | undefined {
  if (!before) return after && "new";
  if (!after) return "removed";
  if (!includes(before, after)) return "widened";
  return includes(after, before) ? undefined : "narrowed";
}

/** Whether all that `part` allows is allowed by `whole`, as far as that can be proven. */
function includes(whole: Access, part: Access): boolean {
  return (
    part.alternatives.every((each) => whole.alternatives.some((other) => allImply(each, other))) &&
    whole.exceptions.every((each) => part.exceptions.some((other) => takesAtLeast(other, each)))
  );
}

type Exception = Access["exceptions"][number];

function takesAtLeast(more: Exception, less: Exception): boolean {
  const principals = more.of === undefined || (less.of !== undefined && coversPrincipal(more.of, less.of));
  return principals && allImply(less.clauses, more.clauses);
}

/** When access holds, in words. */
export function describeAccess({ alternatives, exceptions }: Access): string {
  const words = new Set(alternatives.map((clauses) => texts(clauses) || "no condition"));
  const except = new Set(
    exceptions.map(({ of, clauses }) => [of?.name, texts(clauses)].filter((part) => part).join(" with ")),
  );
  return (
    [...words].toSorted().join(" or ") +
    [...except]
      .toSorted()
      .map((each) => `, except ${each}`)
      .join("")
  );
}

function texts(clauses: Access["alternatives"][number]): string {
  return clauses
    .map(({ text }) => text)
    .toSorted()
    .join(" and ");
}
