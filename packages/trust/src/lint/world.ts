import type { AssumeRoleAnswer } from "../assume-role-request.ts";
import type { TrustContext } from "../trust-model.ts";
import { assumeQuestions } from "./assume-questions.ts";
import { groupBy } from "./group-by.ts";
import { lazy } from "./lazy.ts";
import { readRole, type LintRole } from "./lint-role.ts";
import { allowsAssuming } from "./lint-statement.ts";
import { readReach, type Reach } from "./reach.ts";
import { readTrustedBy, roleKey, type TrustedBy } from "./trusted-by.ts";

/** All roles, indexed once, so that no rule compares each with each. */
export interface World {
  readonly context: TrustContext;
  readonly roles: readonly LintRole[];
  readonly byArn: ReadonlyMap<string, LintRole>;
  /** By `account/name`, which is unique whatever the path. */
  readonly byKey: ReadonlyMap<string, LintRole>;
  readonly byAccount: ReadonlyMap<string, readonly LintRole[]>;
  readonly ownAccounts: ReadonlySet<string>;
  readonly allowedAccounts: ReadonlySet<string>;
  readonly master: LintRole | undefined;
  /** Roles that the agent is meant to assume: those of `AWS_ROLE_N`, those the master may, those that name the master. */
  readonly targets: () => ReadonlySet<LintRole>;
  /** Which roles a role may do an STS action to, as far as its own policies go. */
  readonly reach: (role: LintRole, action?: string) => Reach;
  readonly trustedBy: (role: LintRole) => TrustedBy;
  /** The roles whose trust policies name a role, by its `account/name`. */
  readonly namedBy: () => ReadonlyMap<string, readonly LintRole[]>;
  /** Accounts of others that ask with an external id, by the id. */
  readonly partiesOfExternalId: () => ReadonlyMap<string, ReadonlySet<string>>;
  /** Asks the evaluator, with the request that has the best chance. */
  readonly ask: (from: LintRole, to: LintRole) => AssumeRoleAnswer;
}

/** Reads and indexes the roles. */
export function buildWorld(given: readonly unknown[], context: TrustContext): World {
  const roles = given.map(readRole);
  const known = roles.filter((role) => role.arn !== undefined);
  const byArn = new Map(known.map((role) => [role.role.arn, role]));
  const byKey = new Map(known.map((role) => [roleKey(role.role.arn) ?? role.role.arn, role]));
  const byAccount = groupBy(known, ({ arn }) => arn?.account ?? "");
  const masterKey = context.masterRoleArn === undefined ? undefined : roleKey(context.masterRoleArn);
  const ownAccounts = new Set(context.accounts ?? [...byAccount.keys(), ...(masterKey ? [accountOf(masterKey)] : [])]);
  const master = masterKey === undefined ? undefined : byKey.get(masterKey);
  const reach = perRole((role: LintRole, action: string) => readReach(role, action));
  const trusted = perRole((role: LintRole) => readTrustedBy(role.trust));
  const reachOf = (role: LintRole, action = "sts:AssumeRole"): Reach => reach(role, action);
  const trustedBy = (role: LintRole): TrustedBy => trusted(role, "");
  return {
    context,
    roles,
    byArn,
    byKey,
    byAccount,
    ownAccounts,
    allowedAccounts: new Set(context.allowedAccounts),
    master,
    reach: reachOf,
    trustedBy,
    ask: assumeQuestions(context, ownAccounts, reachOf),
    namedBy: lazy(() => {
      const pairs = known.flatMap((role) => [...trustedBy(role).roles].map((key) => [key, role] as const));
      const groups = groupBy(pairs, ([key]) => key);
      return new Map([...groups].map(([key, named]) => [key, named.map(([, role]) => role)]));
    }),
    partiesOfExternalId: lazy(() => externalIds(roles, ownAccounts)),
    targets: lazy(() => {
      const expected = new Set((context.expectedRoles ?? []).map(({ roleArn }) => roleKey(roleArn)));
      const intended = (role: LintRole): boolean => {
        const key = roleKey(role.role.arn);
        if (expected.has(key)) return true;
        if (masterKey !== undefined && trustedBy(role).roles.has(masterKey)) return true;
        return master !== undefined && isMeant(reachOf(master), role.role.arn);
      };
      return new Set(known.filter((role) => role !== master && intended(role)));
    }),
  };
}

/** A pattern that is open to any role of any account is not meant for one. */
function isMeant({ includes, patterns }: Reach, arn: string): boolean {
  return (
    includes(arn) && !patterns.some((pattern) => pattern === "*" || /^arn:[^:]*:iam::\*:(?:role\/)?\*$/.test(pattern))
  );
}

/** Keeps a result for each role and key. */
function perRole<Result>(compute: (role: LintRole, key: string) => Result): (role: LintRole, key: string) => Result {
  const kept = new Map<LintRole, Map<string, Result>>();
  return (role, key) => {
    const own = kept.get(role) ?? new Map<string, Result>();
    kept.set(role, own);
    const found = own.get(key) ?? compute(role, key);
    own.set(key, found);
    return found;
  };
}

function externalIds(roles: readonly LintRole[], own: ReadonlySet<string>): Map<string, Set<string>> {
  const parties = new Map<string, Set<string>>();
  for (const statement of roles.flatMap(({ trust }) => trust).filter(allowsAssuming)) {
    const others = statement.principals.flatMap(({ account }) => (account && !own.has(account) ? [account] : []));
    for (const { key, values } of statement.conditions) {
      if (key !== "sts:externalid") continue;
      for (const value of values) parties.set(value, new Set([...(parties.get(value) ?? []), ...others]));
    }
  }
  return parties;
}

function accountOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}
