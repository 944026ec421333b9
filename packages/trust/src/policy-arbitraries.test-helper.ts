import fc from "fast-check";
import {
  evaluateAssumeRole,
  type AssumeRoleParameters,
  type AssumeRoleRequest,
  type Decision,
  type PolicyDocument,
} from "./index.ts";

const MASTER = "arn:aws:iam::123456789012:role/agent-roles/agent-master";
const SESSION = "arn:aws:sts::123456789012:assumed-role/agent-master/s1";
/** How much a decision lets pass. */
const RANK: Readonly<Record<Decision, number>> = { denied: 0, uncertain: 1, allowed: 2 };

type Element = string | readonly string[];
/** A statement as JSON. */
export interface StatementJson {
  readonly Effect: string;
  readonly Principal?: string | Readonly<Record<string, Element>>;
  readonly Action?: Element;
  readonly NotAction?: Element;
  readonly Resource?: Element;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Element>>>>;
}

/** Small enough a vocabulary that statements often fit, and often nearly. */
const oneOrMore = (...values: readonly string[]): fc.Arbitrary<Element> =>
  fc.oneof(fc.constantFrom(...values), fc.subarray([...values], { minLength: 1 }));
const actions: fc.Arbitrary<Element> = oneOrMore(
  "sts:AssumeRole",
  "sts:TagSession",
  "sts:SetSourceIdentity",
  "sts:*",
  "sts:Assume*",
  "*",
);
const effects = fc.constantFrom("Allow", "Deny");
const principals = fc.oneof(
  fc.constant("*"),
  fc.record({ AWS: oneOrMore("123456789012", "123456789013", MASTER, SESSION, "*", `${MASTER}2`, "AROAEXAMPLE") }),
);
const values = oneOrMore("a", "b", "A", "?", "*", "${sts:ExternalId}");
const conditions = fc.dictionary(
  fc
    .tuple(
      fc.constantFrom("", "ForAllValues:", "ForAnyValue:"),
      fc.constantFrom("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "Strange"),
      fc.constantFrom("", "IfExists"),
    )
    .map((parts) => parts.join("")),
  fc.dictionary(fc.constantFrom("sts:ExternalId", "sts:RoleSessionName", "aws:TagKeys", "aws:SourceIp"), values, {
    maxKeys: 2,
  }),
  { maxKeys: 2 },
);
/** Statements of a trust policy. */
export const trustStatements: fc.Arbitrary<StatementJson> = fc.record(
  { Effect: effects, Principal: principals, Action: actions, Condition: conditions },
  { requiredKeys: ["Effect", "Principal", "Action"] },
);
/** Statements of any policy but a trust policy. */
export const otherStatements: fc.Arbitrary<StatementJson> = fc.record(
  {
    Effect: effects,
    Action: actions,
    Resource: oneOrMore("*", "arn:aws:iam::*:role/*", "arn:aws:s3:::b"),
    Condition: conditions,
  },
  { requiredKeys: ["Effect", "Action", "Resource"] },
);

/** The statements of one policy of each kind. */
export interface Policies {
  readonly trust: readonly StatementJson[];
  readonly identity: readonly StatementJson[];
  readonly boundary: readonly StatementJson[];
  readonly session: readonly StatementJson[];
  readonly scp: readonly StatementJson[];
  readonly rcp: readonly StatementJson[];
}
/** A kind of policy. */
export type Kind = keyof Policies;
/** Every kind of policy. */
export const KINDS: readonly Kind[] = ["trust", "identity", "boundary", "session", "scp", "rcp"];

const everything: StatementJson = { Effect: "Allow", Action: "*", Resource: "*" };
const mostlyOpen = fc.oneof(
  { weight: 2, arbitrary: fc.constant([everything]) },
  { weight: 1, arbitrary: fc.array(otherStatements, { maxLength: 3 }).map((some) => [...some, everything]) },
  { weight: 1, arbitrary: fc.array(otherStatements, { maxLength: 4 }) },
);
/** Policies of all kinds, of which the most let most pass. */
export const policies: fc.Arbitrary<Policies> = fc.record({
  trust: fc.array(trustStatements, { minLength: 1, maxLength: 5 }),
  identity: mostlyOpen,
  boundary: mostlyOpen,
  session: mostlyOpen,
  scp: mostlyOpen,
  rcp: fc.array(
    otherStatements.map((statement) => ({ ...statement, Principal: "*" })),
    { maxLength: 1 },
  ),
});
/** What is asked for. */
export interface Call {
  readonly account: string;
  readonly request: AssumeRoleParameters;
}

/** Calls of the master role, into its own account and another. */
export const calls: fc.Arbitrary<Call> = fc.record({
  account: fc.constantFrom("123456789012", "123456789013"),
  request: fc.record(
    {
      externalId: fc.constantFrom("a", "b"),
      roleSessionName: fc.constantFrom("a", "b"),
      sessionTags: fc.constantFrom({}, { a: "1" }, { a: "1", b: "2" }),
      sourceIdentity: fc.constantFrom("a"),
    },
    { requiredKeys: [] },
  ),
});
function document(statements: readonly StatementJson[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** The rank of the decision about a call of the master role. */
export function decide(call: Call, each: Policies): number {
  const question: AssumeRoleRequest = {
    caller: {
      arn: SESSION,
      principalArn: MASTER,
      identityPolicies: [document(each.identity)],
      permissionsBoundary: document(each.boundary),
      sessionPolicies: [document(each.session)],
      scps: [[document(each.scp)]],
    },
    role: {
      arn: `arn:aws:iam::${call.account}:role/Target`,
      trustPolicy: document(each.trust),
      rcps: [[document(each.rcp)]],
    },
    request: call.request,
  };
  return RANK[evaluateAssumeRole(question).decision];
}

/** The same statement with every single text written as a list of one. */
export function withLists(statement: StatementJson): StatementJson {
  const { Principal: principal, Action: action = [], Resource: resource, Condition: condition } = statement;
  return {
    Effect: statement.Effect,
    Action: [action].flat(),
    ...(principal === undefined
      ? {}
      : { Principal: typeof principal === "string" ? { AWS: [principal] } : listed(principal) }),
    ...(resource === undefined ? {} : { Resource: [resource].flat() }),
    ...(condition === undefined ? {} : { Condition: mapValues(condition, listed) }),
  };
}

function listed(elements: Readonly<Record<string, Element>>): Record<string, readonly string[]> {
  return mapValues(elements, (each) => [each].flat());
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
