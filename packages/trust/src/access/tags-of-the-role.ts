import { type ContextEntry, notKnown, quote, stated } from "@agent-roles/iam";
import type { TrustRole } from "../trust-model.ts";
import { conditionMatches } from "./raw-statements.ts";
import type { Clause } from "./clauses.ts";

const ON_TAG = /^(?:aws|iam):resourcetag\/(.+)$/;
const VARIABLE = /\$\{\s*(?:aws|iam):resourcetag\/([^},]+?)\s*\}/gi;

/**
 * A clause as it is at one role: whether its condition on the role's tags holds, and the tags that it compares with filled
 * in, so that another tag is another clause. A transitive session tag may stand in for the role's own.
 */
export function atRole(clause: Clause, role: Pick<TrustRole, "tags" | "unknowns">): Clause {
  const tag = ON_TAG.exec(clause.key)?.[1];
  if (tag !== undefined) {
    const { set, operator, ifExists, key, values, variables } = clause;
    const entry = tagOf(tag, role);
    const written = `${set === undefined ? "" : `${set}:`}${operator}${ifExists ? "ifexists" : ""}`;
    const context = new Map(entry ? [[key, entry]] : []);
    const version = variables ? "2012-10-17" : undefined;
    const { truth } = conditionMatches({ [written]: { [key]: values } }, version, context);
    return { ...clause, holds: truth, text: `${clause.text} (${says(entry)})` };
  }
  if (!clause.variables) return clause;
  const fill = (text: string): string =>
    text.replaceAll(VARIABLE, (variable, name: string) => {
      const entry = tagOf(name.toLowerCase(), role);
      return entry?.state === "present" ? (entry.values[0] ?? variable) : variable;
    });
  const values = clause.values.map(fill);
  return { ...clause, values, variables: values.some((value) => value.includes("${")), text: fill(clause.text) };
}

/** @returns `undefined` when the role has no such tag. */
function tagOf(name: string, { tags = {}, unknowns }: Pick<TrustRole, "tags" | "unknowns">): ContextEntry | undefined {
  if (unknowns.some(({ path }) => /^tags\b/.test(path))) return notKnown("the role's tags cannot be resolved offline");
  return stated(Object.entries(tags).find(([key]) => key.toLowerCase() === name)?.[1]);
}

function says(entry: ContextEntry | undefined): string {
  if (entry?.state === "unknown") return entry.why;
  return entry?.state === "present" ? `the role's tag is ${quote(entry.values[0])}` : "the role has no such tag";
}
