import { isUnresolved, memoize, type Statement } from "@agent-roles/iam";
import { callersOf, type Example, letsIn } from "./example-callers.ts";
import type { IndexedRole } from "./indexed-role.ts";
import type { RoleIndex } from "./role-index.ts";
import type { Violation } from "./rule.ts";
import { covers, principalsOf } from "./statements.ts";

/** One half of attribution: who asked, or for which task. */
export interface Attribution {
  /** Keys of calls without it, each a call of its own: they all pass where it is not required. */
  readonly without: readonly Example["keys"][];
  /** The condition keys that require it, in lower case. */
  readonly requiredBy: RegExp;
  /** `without a source identity`. */
  readonly how: string;
  readonly fix: string;
}

/**
 * Reports a statement that lets agents in without it: of a target role where the manifest requires attribution, and elsewhere where another
 * role that trusts the same principal requires it. Where the manifest requires it, roles that trust only others than the master are not meant, and
 * the master never is: its session serves every task.
 */
export function* lacking(
  attribution: Attribution,
  statement: Statement,
  role: IndexedRole,
  index: RoleIndex,
): Iterable<Violation> {
  if (role.arn && role.key === index.masterKey) return;
  const { attributionRequired = false } = index.context;
  const isExpected = attributionRequired && index.targets().has(role);
  if (attributionRequired && !isExpected && isForOthers(role, index)) return;
  const own = new Set(principalsOf(statement).map(({ value }) => value));
  const isRequired = (principals: readonly string[]): boolean => principals.some((each) => own.has(each));
  // Finding out whether it is open is expensive, and most sets require nothing.
  if (!isExpected && !requiring(attribution)(index).some(isRequired)) return;
  const [caller] = isOpen(statement, role, attribution) ? callersOf(statement, role) : [];
  if (caller === undefined) return;
  yield {
    message: `${caller} can assume the role ${attribution.how}`,
    ...(isExpected && { severity: "medium" }),
    ...(attributionRequired && { fix: attribution.fix }),
  };
}

/** Whether the trust policy names single roles, and the master is none of them. */
function isForOthers(role: IndexedRole, index: RoleIndex): boolean {
  const { everybody, accounts, roles } = index.trustedBy(role);
  return !everybody && accounts.size === 0 && roles.size > 0 && !roles.has(index.masterKey ?? "");
}

/** Whether some agent gets in without the attribute, whatever its calls have otherwise. What is unknown offline keeps it out. */
function isOpen(statement: Statement, role: IndexedRole, { without, requiredBy }: Attribution): boolean {
  if (statement.effect !== "Allow" || !covers(statement, "sts:AssumeRole")) return false;
  const relevant = [statement, ...role.trust.filter(({ effect }) => effect === "Deny")];
  const isUnknown = relevant.some(({ conditions }) =>
    conditions.some(({ key, values }) => requiredBy.test(key) && values.some(isUnresolved)),
  );
  const callers = callersOf(statement, role);
  return (
    !isUnknown &&
    without.every((keys) =>
      letsIn(
        role,
        statement,
        callers.map((arn) => ({ caller: { arn }, keys })),
      ),
    )
  );
}

/** The principals of each statement of the set that requires it. */
const requiring = memoize((attribution: Attribution) =>
  memoize((index: RoleIndex): readonly (readonly string[])[] =>
    index.roles.flatMap((role) =>
      role.trust
        .filter(
          ({ effect, conditions }) =>
            effect === "Allow" && conditions.some(({ key }) => attribution.requiredBy.test(key)),
        )
        .filter((statement) => covers(statement, "sts:AssumeRole") && !isOpen(statement, role, attribution))
        .map((statement) => principalsOf(statement).map(({ value }) => value)),
    ),
  ),
);
