import { inNetwork, matchesArn, matchesWildcard, type Truth } from "@agent-roles/iam";
import { type Clause, isNegated } from "./clauses.ts";

/** Whether whatever meets all of `strict` meets all of `loose`, as far as that can be proven. */
export function allImply(strict: readonly Clause[], loose: readonly Clause[]): boolean {
  return loose.every((wanted) => strict.some((clause) => clauseImplies(clause, wanted)));
}

/** A condition on the role's tags that holds lets more pass than the same one that does not. */
const CERTAINTY: readonly Truth[] = ["no", "unknown", "yes"];

/** Whether a request that meets `strict` always meets `loose`. `false` also when it is not known. */
function clauseImplies(strict: Clause, loose: Clause): boolean {
  if (strict.key !== loose.key) return false;
  if (CERTAINTY.indexOf(strict.holds ?? "no") > CERTAINTY.indexOf(loose.holds ?? "no")) return false;
  if (loose.operator === "null" && isPresence(strict) && loose.values.join() === "false") return true;
  if (strict.set !== loose.set || strict.variables !== loose.variables) return false;
  if (strict.ifExists && !loose.ifExists) return false;
  if (!comparable(strict.operator, loose.operator)) return false;
  return isNegated(strict)
    ? loose.values.every((value) => isCovered(value, strict))
    : strict.values.every((value) => isCovered(value, loose));
}

function isCovered(value: string, { operator, values }: Clause): boolean {
  return values.some((pattern) => covers(operator, pattern, value));
}

/** A clause that only a request with the key meets. */
function isPresence({ operator, set, ifExists, key }: Clause): boolean {
  return key !== "" && operator !== "null" && !ifExists && set !== "forallvalues" && !isNegated({ operator });
}

function comparable(strict: string, loose: string): boolean {
  if (strict === loose) return true;
  return (
    (strict === "stringequals" && loose === "stringlike") || (strict === "stringnotlike" && loose === "stringnotequals")
  );
}

/** Whether every text that `value`, itself perhaps a pattern, stands for is one that `pattern` stands for. */
function covers(operator: string, pattern: string, value: string): boolean {
  if (pattern === value) return true;
  // A `?` must not be taken for the one letter `*`, nor a variable for its own name.
  const isSimple = !value.includes("${") && !pattern.includes("${") && !(pattern.includes("?") && /[*?]/.test(value));
  switch (operator) {
    case "stringlike":
    case "stringnotlike":
      return pattern === "*" || (isSimple && matchesWildcard(pattern, value));
    case "arnlike":
    case "arnnotlike":
      return isSimple && matchesArn({ text: pattern }, value) === true;
    case "ipaddress":
    case "notipaddress":
      return prefixLength(value) >= prefixLength(pattern) && inNetwork(pattern, value.split("/")[0] ?? "") === true;
    default:
      return false;
  }
}

/** A network without a length is one address. */
function prefixLength(network: string): number {
  const length = network.split("/")[1];
  return length === undefined ? Number.POSITIVE_INFINITY : Number(length);
}
