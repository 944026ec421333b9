import { groupBy } from "@agent-roles/iam";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { type AccessChange, type AccessChangeKind, compareChanges } from "./access-change.ts";
import { RANK } from "./best-decision.ts";
import { compareAccess, describeAccess } from "./compare-access.ts";
import { type Access, readGrants } from "./grants.ts";
import { type CallerIndex, candidatesFor, decideKnown, indexCallers } from "./known-access.ts";

/**
 * What changed in who can assume what between two sets of roles: new access first, then widened, narrowed, removed.
 *
 * Two kinds of rows: what a trust policy grants to a principal that it names, and, for roles inside the set, what all
 * their policies together decide. Order and spelling of statements, Sids and the form of principals are no change.
 *
 * @param context of the sets; its organization counts for both.
 */
export function accessChanges(
  before: readonly TrustRole[],
  after: readonly TrustRole[],
  context: TrustContext = {},
): AccessChange[] {
  const pairs = pairRoles(before, after);
  const granted = pairs.flatMap((pair) => grantChanges(pair));
  const told = new Set(granted.map(identify));
  const decided = decisionChanges(pairs, before, after, context).filter((change) => !told.has(identify(change)));
  return [...granted, ...decided].toSorted(compareChanges);
}

function identify({ kind, from, to }: AccessChange): string {
  return `${kind} ${from} ${to}`;
}

interface RolePair {
  readonly was: TrustRole | undefined;
  readonly is: TrustRole | undefined;
}

/** The same role in both sets. Roles whose ARN is not known whole are told apart by where they stand. */
function pairRoles(before: readonly TrustRole[], after: readonly TrustRole[]): RolePair[] {
  const was = groupBy(before, keyOf);
  const is = groupBy(after, keyOf);
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((each) => {
    const [old = [], now = []] = [was.get(each), is.get(each)];
    return Array.from({ length: Math.max(old.length, now.length) }, (_, i) => ({ was: old[i], is: now[i] }));
  });
}

function keyOf({ arn, location }: TrustRole): string {
  return arn.includes("${") ? `${arn} ${location.path}` : arn;
}

function grantChanges({ was, is }: RolePair): AccessChange[] {
  const role = is ?? was;
  if (!role) return [];
  const before: ReadonlyMap<string, Access> = was ? readGrants(was) : new Map<string, Access>();
  const after: ReadonlyMap<string, Access> = is ? readGrants(is) : new Map<string, Access>();
  const rows = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    const kind = compareAccess(old, now);
    const one = now ?? old;
    if (!kind || !one) return [];
    return {
      kind,
      from: one.principal.name,
      to: role.arn,
      actions: [one.action],
      ...(old && { was: describeAccess(old) }),
      ...(now && { is: describeAccess(now) }),
      location: role.location,
    };
  });
  return mergeActions(rows);
}

/** AssumeRole, TagSession and SetSourceIdentity mostly change together: one row. */
function mergeActions(rows: readonly AccessChange[]): AccessChange[] {
  return [...groupBy(rows, ({ kind, from, was, is }) => JSON.stringify([kind, from, was, is])).values()].flatMap(
    (group) => (group[0] ? { ...group[0], actions: group.flatMap(({ actions }) => actions).toSorted() } : []),
  );
}

function decisionChanges(
  pairs: readonly RolePair[],
  before: readonly TrustRole[],
  after: readonly TrustRole[],
  context: TrustContext,
): AccessChange[] {
  const counterparts = { was: new Map<string, TrustRole>(), is: new Map<string, TrustRole>() };
  for (const role of before) counterparts.was.set(role.arn, role);
  for (const role of after) counterparts.is.set(role.arn, role);
  const unchanged = new Set(pairs.flatMap(({ was, is }) => (was && is && samePolicies(was, is) ? is.arn : [])));
  const indexes = { was: indexCallers(before), is: indexCallers(after) };
  return pairs.flatMap((pair) => {
    const to = pair.is ?? pair.was;
    if (!to) return [];
    return [...callersOf(pair, indexes)].flatMap((arn) => {
      if (unchanged.has(arn) && unchanged.has(to.arn)) return [];
      const was = decide(counterparts.was.get(arn), pair.was, context);
      const is = decide(counterparts.is.get(arn), pair.is, context);
      const kind = kindOf(was?.decision, is?.decision);
      if (!kind) return [];
      return {
        kind,
        from: arn,
        to: to.arn,
        actions: ["sts:AssumeRole"],
        ...(was && { was: was.words }),
        ...(is && { is: is.words }),
        location: to.location,
      };
    });
  });
}

function callersOf(
  { was, is }: RolePair,
  indexes: { readonly was: CallerIndex; readonly is: CallerIndex },
): Set<string> {
  const before = was ? candidatesFor(was, indexes.was) : [];
  const after = is ? candidatesFor(is, indexes.is) : [];
  return new Set([...before, ...after].map(({ arn }) => arn));
}

interface Decided {
  readonly decision: "allowed" | "uncertain";
  readonly words: string;
}

/** @returns `undefined` when it is denied, or when there is no such role. */
function decide(from: TrustRole | undefined, to: TrustRole | undefined, context: TrustContext): Decided | undefined {
  const answer = from && to ? decideKnown(from, to, context)?.answer : undefined;
  if (!answer || answer.decision === "denied") return undefined;
  if (answer.decision === "allowed") return { decision: "allowed", words: "allowed by all policies together" };
  const why = answer.reasons.find(({ effect }) => effect === "uncertain")?.message ?? "";
  return { decision: "uncertain", words: `cannot be decided offline: ${why}` };
}

function kindOf(
  was: Decided["decision"] | undefined,
  is: Decided["decision"] | undefined,
): AccessChangeKind | undefined {
  const change = RANK[is ?? "denied"] - RANK[was ?? "denied"];
  if (change > 0) return was === undefined ? "new" : "widened";
  if (change < 0) return is === undefined ? "removed" : "narrowed";
  return undefined;
}

function samePolicies(a: TrustRole, b: TrustRole): boolean {
  return policiesOf(a) === policiesOf(b);
}

function policiesOf({
  trustPolicy,
  identityPolicies,
  managedPolicyArns,
  permissionsBoundary,
  tags,
}: TrustRole): string {
  return JSON.stringify([trustPolicy, identityPolicies, managedPolicyArns, permissionsBoundary, tags]);
}
