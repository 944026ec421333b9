import { type CallerPolicies, evaluate, type PolicyDocument } from "@agent-roles/iam";
import type { Random } from "../compare-evaluators/random.ts";

/** One request to S3, in the account of the role. */
export interface S3Request {
  readonly action: (typeof ACTIONS)[number];
  readonly resource: string;
}

const ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"] as const;
const ACTION_PATTERNS = [
  ...ACTIONS,
  "*",
  "s3:*",
  "s3:Get*",
  "s3:*Object",
  "S3:getobject",
  "s3:?etObject",
  "iam:*",
] as const;
const RESOURCE_PATTERNS = [
  "*",
  "arn:aws:s3:::*",
  "arn:aws:s3:::reports",
  "arn:aws:s3:::reports/*",
  "arn:aws:s3:::reports/a/*",
  "arn:aws:s3:::reports/a/1",
  "arn:aws:s3:::reports/?/1",
  "arn:aws:s3:::payroll/*",
  "arn:aws:s3:::*/1",
] as const;
const CONDITIONS: readonly [object, ...object[]] = [
  { StringEquals: { "aws:RequestedRegion": "us-east-1" } },
  { StringEquals: { "aws:RequestedRegion": ["us-east-1", "eu-west-1"] } },
  { StringNotEquals: { "aws:RequestedRegion": "us-east-1" } },
  { StringLike: { "aws:PrincipalArn": "*/Scoped" } },
];

const requests = ACTIONS.flatMap((action): S3Request[] => {
  const keys = ["reports/a/1", "reports/b/1", "reports/a/2", "payroll/a/1"];
  const names = action === "s3:ListBucket" ? ["reports", "payroll"] : keys;
  return names.map((name) => ({ action, resource: `arn:aws:s3:::${name}` }));
});

const ALL: PolicyDocument = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } };

/** Whether a session of the role Scoped, which can do everything, can do this with these session policies. */
export function isAllowed(policies: CallerPolicies, { action, resource }: S3Request): boolean {
  const principalArn = "arn:aws:iam::123456789013:role/agent-roles/Scoped";
  const caller = { arn: "arn:aws:sts::123456789013:assumed-role/Scoped/INC-42", principalArn };
  const context = { "aws:RequestedRegion": "us-east-1" };
  const request = { caller, action, resource, resourceAccount: "123456789013", context };
  return evaluate(request, { identityPolicies: [ALL], ...policies }).decision === "allowed";
}

/** Every request that the policies can tell apart. */
export const REQUESTS: readonly [S3Request, ...S3Request[]] = [
  { action: "s3:GetObject", resource: "arn:aws:s3:::reports/a/3" },
  ...requests,
];

/** A policy of one to three statements that AWS accepts. */
export function randomPolicy(random: Random): PolicyDocument {
  const statements = Array.from({ length: 1 + random.below(3) }, (_, index) => randomStatement(random, index > 0));
  return { Version: "2012-10-17", Statement: statements };
}

function randomStatement(random: Random, canDeny: boolean) {
  const some = <Item extends string>(items: readonly [Item, ...Item[]]): Item[] =>
    Array.from({ length: 1 + random.below(2) }, () => random.pick(items));
  return {
    Effect: canDeny && random.chance(30) ? "Deny" : "Allow",
    [random.chance(15) ? "NotAction" : "Action"]: some(ACTION_PATTERNS),
    [random.chance(10) ? "NotResource" : "Resource"]: some(RESOURCE_PATTERNS),
    ...(random.chance(25) && { Condition: random.pick(CONDITIONS) }),
  };
}
