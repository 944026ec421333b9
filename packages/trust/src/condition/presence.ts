import { quote } from "../json.ts";
import type { ContextEntry } from "../request-context.ts";
import { no, unknown, YES, type Match } from "../truth.ts";

/** The `Null` operator: `"true"` wants the key to be absent, `"false"` wants it to be there. */
export function presenceMatches(entry: ContextEntry, wanted: readonly string[]): Match {
  if (entry.state === "unknown") return unknown(entry.why);
  const absent = String(entry.state === "absent");
  const values = wanted.map((value) => value.toLowerCase());
  if (values.includes(absent)) return YES;
  const strange = values.find((value) => value !== "true" && value !== "false");
  if (strange !== undefined) return unknown(`Null takes "true" or "false", not ${quote(strange)}`);
  return no(entry.state === "absent" ? "the request passes none" : "the request passes one, the policy wants none");
}
