import { groupBy, lastSegment, parseArn } from "@agent-roles/iam";
import type { SourceLocation, TrustContext, TrustRole } from "../trust-model.ts";
import { canMatch } from "./can-match.ts";
import { implies } from "./clauses.ts";
import { type Access, coversPrincipal, readGrants } from "./grants.ts";
import { type CallerIndex, candidatesFor, simulateKnown, indexCallers } from "./known-access.ts";
import { RANK } from "./simulate.ts";

/** `widened`: something is allowed that was not, or it cannot be proven that it was. */
export type AccessChangeKind = "new" | "widened" | "narrowed" | "removed";

/** One change in who can assume what, between two sets of roles. */
export interface AccessChange {
  readonly kind: AccessChangeKind;
  /** The principal, as the trust policy names it (an account as `…:root`), or the ARN of a role of the set. */
  readonly from: string;
  /** The role's ARN. */
  readonly to: string;
  readonly actions: readonly string[];
  /** When it was allowed, in words; left out when it was not. */
  readonly was?: string;
  /** When it is allowed, in words; left out when it is not. */
  readonly is?: string;
  /** Of the role as it is, else as it was. */
  readonly location: SourceLocation;
}

/**
 * What changed in who can assume what between two sets of roles: new access first, then widened, narrowed, removed.
 *
 * Two kinds of rows: what a trust policy grants to a principal that it names, and, for roles inside the set, what all
 * their policies together decide. Order and spelling of statements, Sids and the form of principals are no change, nor
 * is a role that can assume itself.
 *
 * @param context of the sets; its organization counts for both.
 */
export function accessChanges(
  before: readonly TrustRole[],
  after: readonly TrustRole[],
  context: TrustContext = {},
): AccessChange[] {
  const pairs = pairRoles(before, after);
  const granted = pairs.flatMap(grantChanges);
  const identify = ({ kind, from, to }: AccessChange): string => `${kind} ${from} ${to}`;
  const reported = new Set(granted.filter(({ actions }) => actions.includes("sts:AssumeRole")).map(identify));
  // What any principal gains, each role of the set gains too.
  const decided = decisionChanges(pairs, before, after, context).filter(
    (change) => !reported.has(identify(change)) && !reported.has(identify({ ...change, from: "*" })),
  );
  const rows = [...granted, ...decided].map((change) => [JSON.stringify({ ...change, location: "" }), change] as const);
  return [...new Map(rows).values()].toSorted(compareChanges);
}

const ORDER: readonly AccessChangeKind[] = ["new", "widened", "narrowed", "removed"];

function compareChanges(a: AccessChange, b: AccessChange): number {
  const sortKey = ({ to, from, actions }: AccessChange): string => [to, from, ...actions].join("\n");
  return (
    ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (sortKey(a) < sortKey(b) ? -1 : Number(sortKey(a) > sortKey(b)))
  );
}

interface RolePair {
  readonly was: TrustRole | undefined;
  readonly is: TrustRole | undefined;
}

/**
 * The same role in both sets. A set can have a role twice, from a template and from its account: each is compared. Roles
 * whose ARN is not known whole are distinguished by where they are declared.
 */
function pairRoles(before: readonly TrustRole[], after: readonly TrustRole[]): RolePair[] {
  const was = groupBy(before, keyOf);
  const is = groupBy(after, keyOf);
  const unnamed = before.filter(({ arn }) => arn.includes("${"));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((each) => {
    const [old = [], now = []] = [was.get(each), is.get(each)];
    if (old.length === 0) return now.map((role) => ({ was: deployedFrom(unnamed, role), is: role }));
    const length = Math.max(old.length, now.length);
    return Array.from({ length }, (_, i) => ({ was: old[i] ?? old.at(-1), is: now[i] ?? now.at(-1) }));
  });
}

/** The role of a template that leaves parts of the ARN open, with the parts of this one filled in, if it is trusted alike. */
function deployedFrom(unnamed: readonly TrustRole[], role: TrustRole): TrustRole | undefined {
  if (role.arn.includes("${")) return undefined;
  return unnamed
    .filter(({ arn }) => canMatch(role.arn, arn))
    .map((template) => fillIn(template, role.arn))
    .find((filled) => grantChanges({ was: filled, is: role }).length === 0);
}

/** A role with the partition, account and name of an ARN where its own are one placeholder. */
function fillIn(template: TrustRole, text: string): TrustRole {
  const [open, known] = [parseArn(template.arn), parseArn(text)];
  if (!open || !known) return template;
  const parts = [
    [open.partition, known.partition],
    [open.account, known.account],
    [lastSegment(open.resource), lastSegment(known.resource)],
  ] as const;
  const json = parts
    .filter(([placeholder]) => /^\$\{[^{}]*\}$/.test(placeholder))
    .reduce((all, [placeholder, value]) => all.replaceAll(placeholder, value), JSON.stringify(template));
  const filled: TrustRole = JSON.parse(json);
  return { ...filled, arn: text };
}

function keyOf({ arn, location }: TrustRole): string {
  return arn.includes("${") ? `${arn} ${location.path}` : arn;
}

function grantChanges({ was, is }: RolePair): AccessChange[] {
  const role = is ?? was;
  if (!role) return [];
  const before = was && readGrants(was);
  const after = is && readGrants(is);
  const rows = [...new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])].flatMap((key) => {
    const [old, now] = [before?.get(key), after?.get(key)];
    const kind = compareAccess(old, now);
    const one = now ?? old;
    if (!kind || !one) return [];
    const { principal, action } = one;
    const words = { ...(old && { was: describeAccess(old) }), ...(now && { is: describeAccess(now) }) };
    return { kind, from: principal.name, to: role.arn, actions: [action], ...words, location: role.location };
  });
  // AssumeRole, TagSession and SetSourceIdentity mostly change together: one row.
  return [...groupBy(rows, ({ kind, from }) => `${kind} ${from}`).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const words = {
      ...(first.was !== undefined && { was: wordsOf(group, "was") }),
      ...(first.is !== undefined && { is: wordsOf(group, "is") }),
    };
    return { ...first, ...words, actions: group.flatMap(({ actions }) => actions).toSorted() };
  });
}

/** The words of changes, with their actions where the words differ. */
function wordsOf(changes: readonly AccessChange[], when: "was" | "is"): string {
  const byWords = [...groupBy(changes, (change) => change[when] ?? "")];
  const texts = byWords.map(([words, group]) =>
    byWords.length === 1 ? words : `${words} (${group.flatMap(({ actions }) => actions).join(", ")})`,
  );
  return texts.join("; ");
}

/** @returns `undefined` when both mean the same. */
function compareAccess(before: Access | undefined, after: Access | undefined): AccessChangeKind | undefined {
  if (!before) return after && "new";
  if (!after) return "removed";
  if (!includes(before, after)) return "widened";
  return includes(after, before) ? undefined : "narrowed";
}

/** Whether all that `part` allows is allowed by `whole`, as far as that can be proven. */
function includes(whole: Access, part: Access): boolean {
  return (
    part.alternatives.every((each) => whole.alternatives.some((other) => implies(each, other))) &&
    whole.exceptions.every((each) => part.exceptions.some((other) => excludesAtLeast(other, each)))
  );
}

type Exception = Access["exceptions"][number];

function excludesAtLeast(more: Exception, less: Exception): boolean {
  const principals = more.of === undefined || (less.of !== undefined && coversPrincipal(more.of, less.of));
  return principals && implies(less.clauses, more.clauses);
}

function describeAccess({ alternatives, exceptions }: Access): string {
  const words = new Set(alternatives.map((clauses) => describeClauses(clauses) || "no condition"));
  const except = exceptions.map(({ of, clauses }) =>
    [of?.name, describeClauses(clauses)].filter((part) => part).join(" with "),
  );
  return [[...words].toSorted().join(" or "), ...[...new Set(except)].toSorted()].join(", except ");
}

function describeClauses(clauses: Exception["clauses"]): string {
  const texts = clauses.map(({ text }) => text);
  return texts.toSorted().join(" and ");
}

function decisionChanges(
  pairs: readonly RolePair[],
  before: readonly TrustRole[],
  after: readonly TrustRole[],
  context: TrustContext,
): AccessChange[] {
  const was = indexCallers(before);
  const is = indexCallers(after);
  const changed = new Set(pairs.flatMap((pair) => (isSame(pair) ? [] : [pair.is?.arn ?? pair.was?.arn])));
  return pairs.flatMap((pair) => {
    const to = pair.is ?? pair.was;
    if (!to) return [];
    return [...new Set([...callersOf(pair.was, was), ...callersOf(pair.is, is)])].flatMap((arn) => {
      if (arn === to.arn || (!changed.has(arn) && !changed.has(to.arn))) return [];
      const old = decide(was.byArn.get(arn), pair.was, context);
      const now = decide(is.byArn.get(arn), pair.is, context);
      const kind = kindOf(old?.decision, now?.decision);
      if (!kind) return [];
      const words = { ...(old && { was: old.words }), ...(now && { is: now.words }) };
      return { kind, from: arn, to: to.arn, actions: ["sts:AssumeRole"], ...words, location: to.location };
    });
  });
}

function callersOf(to: TrustRole | undefined, index: CallerIndex): readonly string[] {
  return to ? candidatesFor(to, index).map(({ arn }) => arn) : [];
}

interface Decided {
  readonly decision: "allowed" | "uncertain";
  readonly words: string;
}

/** @returns `undefined` when it is denied, or when there is no such role. */
function decide(from: TrustRole | undefined, to: TrustRole | undefined, context: TrustContext): Decided | undefined {
  const answer = from && to ? simulateKnown(from, to, context)?.answer : undefined;
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

function isSame({ was, is }: RolePair): boolean {
  return was !== undefined && is !== undefined && policiesOf(was) === policiesOf(is);
}

function policiesOf(role: TrustRole): string {
  const { trustPolicy, identityPolicies, managedPolicyArns, permissionsBoundary, tags } = role;
  return JSON.stringify([trustPolicy, identityPolicies, managedPolicyArns, permissionsBoundary, tags]);
}
