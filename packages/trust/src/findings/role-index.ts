import { accountOf, groupBy, memoize, type PolicyDocument, shared } from "@agent-roles/iam";
import { knownCaller, type PossibleCaller, roleKey } from "../access/callers.ts";
import { simulate } from "../access/simulate.ts";
import type { AssumeRoleAnswer } from "../assume-role/assume-role-request.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { bestRequest } from "./best-request.ts";
import { type IndexedRole, readRole } from "./indexed-role.ts";
import { type Reach, readReach } from "./reach.ts";
import { readTrustedBy, type TrustedBy } from "./trusted-by.ts";

/** All roles, indexed once, so that no rule compares each with each. */
export interface RoleIndex {
  readonly context: TrustContext;
  readonly roles: readonly IndexedRole[];
  readonly byArn: ReadonlyMap<string, IndexedRole>;
  /** By `account/name`, which is unique whatever the path. */
  readonly byKey: ReadonlyMap<string, IndexedRole>;
  readonly byAccount: ReadonlyMap<string, readonly IndexedRole[]>;
  readonly ownAccounts: ReadonlySet<string>;
  /** Whether one of them is known; if not, any account can be. */
  readonly knowsOwnAccount: boolean;
  readonly allowedAccounts: ReadonlySet<string>;
  readonly master: IndexedRole | undefined;
  /** `account/name` of the master, among the roles or not. */
  readonly masterKey: string | undefined;
  /** Roles that the agent is meant to assume: those of `AWS_ROLE_N`, those that the master can assume, those that name the master. */
  readonly targets: () => ReadonlySet<IndexedRole>;
  /** The roles on which a role's own policies allow an STS action. */
  readonly reach: (role: IndexedRole, action?: string) => Reach;
  readonly trustedBy: (role: IndexedRole) => TrustedBy;
  /** The roles whose trust policies name a role, by its `account/name`. */
  readonly namedBy: () => ReadonlyMap<string, readonly IndexedRole[]>;
  /** Asks the evaluator whether one role can assume another, with the request that has the best chance. */
  readonly simulate: (from: IndexedRole, to: IndexedRole) => AssumeRoleAnswer;
}

/** Reads and indexes the roles. */
export function buildRoleIndex(given: readonly TrustRole[], context: TrustContext): RoleIndex {
  const roles = given.map(sharingDocuments()).map(readRole);
  const known = roles.filter((role) => role.arn !== undefined);
  const byArn = new Map(known.map((role) => [role.role.arn, role]));
  const byKey = new Map(known.map((role) => [role.key ?? role.role.arn, role]));
  const byAccount = groupBy(known, ({ arn }) => arn?.account ?? "");
  const masterKey = context.masterRoleArn === undefined ? undefined : roleKey(context.masterRoleArn);
  const masterAccount = accountOf(context.masterRoleArn);
  const ownAccounts = new Set(context.accounts ?? [...byAccount.keys(), ...(masterAccount ? [masterAccount] : [])]);
  const master = masterKey === undefined ? undefined : byKey.get(masterKey);
  const reach = memoize(readReach);
  const trustedBy = memoize((role: IndexedRole) => readTrustedBy(role.trust));
  const reachOf = (role: IndexedRole, action = "sts:AssumeRole"): Reach => reach(role, action);
  return {
    context,
    roles,
    byArn,
    byKey,
    byAccount,
    ownAccounts,
    knowsOwnAccount: [...ownAccounts].some((account) => accountOf(account) !== undefined),
    allowedAccounts: new Set(context.allowedAccounts),
    master,
    masterKey,
    reach: reachOf,
    trustedBy,
    simulate: simulateWith(context, ownAccounts),
    namedBy: lazy(() => {
      const pairs = known.flatMap((role) => [...trustedBy(role).roles].map((key) => [key, role] as const));
      const groups = groupBy(pairs, ([key]) => key);
      return new Map([...groups].map(([key, named]) => [key, named.map(([, role]) => role)]));
    }),
    targets: lazy(() => {
      const expected = new Set((context.expectedRoles ?? []).map(({ roleArn }) => roleKey(roleArn)));
      const reached = master && reachOf(master);
      // A pattern that is open to any role of any account is not meant for one.
      const wanted = reached?.patterns.some(isOpenToAny) ? undefined : reached;
      const intended = (role: IndexedRole): boolean => {
        if (expected.has(role.key)) return true;
        if (masterKey !== undefined && trustedBy(role).roles.has(masterKey)) return true;
        return wanted !== undefined && wanted.includes(role.role.arn);
      };
      return new Set(known.filter((role) => role !== master && intended(role)));
    }),
  };
}

/** Gives equal policies of several roles as one object, so that they are parsed and checked once. */
function sharingDocuments(): (role: TrustRole) => TrustRole {
  const share = shared<PolicyDocument>();
  return (role) => ({
    ...role,
    trustPolicy: share(role.trustPolicy),
    identityPolicies: role.identityPolicies.map(share),
    ...(role.permissionsBoundary && { permissionsBoundary: share(role.permissionsBoundary) }),
  });
}

function isOpenToAny(pattern: string): boolean {
  return pattern === "*" || /^arn:[^:]*:iam::\*:(?:role\/)?\*$/.test(pattern);
}

/** Gives a function that asks the evaluator whether one role can assume another, with the request that has the best chance. */
function simulateWith(
  context: TrustContext,
  ownAccounts: ReadonlySet<string>,
): (from: IndexedRole, to: IndexedRole) => AssumeRoleAnswer {
  const { organization: _, ...elsewhere } = context;
  const contextOf = ({ arn }: IndexedRole): TrustContext => (arn && ownAccounts.has(arn.account) ? context : elsewhere);
  const callerOf = memoize((from: IndexedRole): PossibleCaller => {
    const known = knownCaller(from.role, contextOf(from));
    // As any of its sessions.
    return { ...known, caller: { ...known.caller, arn: from.role.arn } };
  });
  return (from, to) => {
    const [own, other] = [contextOf(from).organization, contextOf(to).organization];
    const organizations = {
      ...(own !== undefined && { "aws:principalorgid": own }),
      ...(other !== undefined && { "aws:resourceorgid": other }),
    };
    const request = { context: bestRequest([...to.trust, ...from.identity], organizations) };
    return simulate(callerOf(from), to.role, request, contextOf(to)).answer;
  };
}

/** Computes a value when it is first asked for, and keeps it. */
function lazy<Value>(compute: () => Value): () => Value {
  let kept: { readonly value: Value } | undefined;
  return () => (kept ??= { value: compute() }).value;
}
