import { fillerFor } from "./caller-context.ts";
import type { PossibleCaller } from "./callers.ts";
import { valuesToTry } from "./clause-values.ts";
import type { ReadTrust } from "./read-trust.ts";

const TAG = "aws:principaltag/";
const VARIABLE = /\$\{\s*aws:PrincipalTag\/([^},]+)[^}]*\}/giu;

/**
 * A caller outside the set with each set of tags that might get it past a trust policy: whoever it is, its own account
 * tags it as it likes.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principaltag
 */
export function withTags(possible: PossibleCaller, trust: ReadTrust): readonly PossibleCaller[] {
  const { caller } = possible;
  if (!("arn" in caller)) return [possible];
  const tried = valuesToTry(trust, {
    chooses: (key) => key.startsWith(TAG),
    fillIn: fillerFor(caller, trust.role),
  }).map((values) =>
    Object.fromEntries(
      [...values].flatMap(([key, value]) => {
        const text = typeof value === "string" ? value : value?.[0];
        return text === undefined ? [] : [[key.slice(TAG.length), text]];
      }),
    ),
  );
  const asked = tagsInVariables(trust);
  if (Object.keys(asked).length > 0) tried.push(...tried.map((tags) => ({ ...asked, ...tags })));
  const different = [...new Map(tried.map((tags) => [JSON.stringify(tags), tags])).values()];
  return different.map((tags) =>
    Object.keys(tags).length > 0 ? { ...possible, caller: { ...caller, tags } } : possible,
  );
}

/** The tags of the caller that values of the policy speak of, each with a value to try. */
function tagsInVariables({ statements }: ReadTrust): Readonly<Record<string, string>> {
  const values = statements
    .flatMap(({ clauses }) => clauses)
    .flatMap((clause) => (clause.variables ? clause.values : []));
  const names = values.flatMap((value) => [...value.matchAll(VARIABLE)].map(([, name = ""]) => name.toLowerCase()));
  return Object.fromEntries(names.map((name) => [name, "x"]));
}
