import { lastSegment, nearest } from "@agent-roles/iam";
import { readFileSync } from "node:fs";

/** What is known about an AWS managed policy: it exists, another one was probably meant, or it can be newer than the list. */
export type ManagedPolicyCheck =
  | { readonly kind: "known" | "unknown" }
  | { readonly kind: "misspelt"; readonly meant: string };

let names: ReadonlySet<string> | undefined;

/**
 * Looks up an AWS managed policy.
 *
 * @param name path and name, as after `:policy/`.
 */
export function checkManagedPolicy(name: string): ManagedPolicyCheck {
  names ??= readNames();
  if (names.has(name)) return { kind: "known" };
  const base = withoutVersion(name);
  const all = [...names];
  // AWS adds versions and policies all the time: only another spelling of a known name is a mistake.
  if (all.some((known) => withoutVersion(known) === base)) return { kind: "unknown" };
  const short = lastSegment(name);
  const meant = all.find((known) => lastSegment(known).toLowerCase() === short.toLowerCase()) ?? nearest(name, all);
  return meant === undefined ? { kind: "unknown" } : { kind: "misspelt", meant };
}

/** Policies of `aws-service-role/` are not in the list: they can be attached to service-linked roles only. */
function readNames(): ReadonlySet<string> {
  const text = readFileSync(new URL("../data/aws-managed-policies.txt", import.meta.url), "utf8");
  return new Set(text.split("\n").filter((line) => line !== "" && !line.startsWith("#")));
}

function withoutVersion(name: string): string {
  return name.replace(/[-_]?[vV]?\d+$/, "");
}
