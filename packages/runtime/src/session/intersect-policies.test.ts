import { expect, it } from "vitest";
import type { Statement } from "../role-env/session-policy.ts";
import { intersectPolicies } from "./intersect-policies.ts";

type Element = string | readonly string[];
const allow = (Action: Element, Resource: Element = "*", more: object = {}): Statement => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const allowNot = (NotAction: Element, Resource: Element = "*"): Statement => ({ Effect: "Allow", NotAction, Resource });
const deny: Statement = { Effect: "Deny", Action: "s3:PutObject", Resource: "*" };
const tag = (value: string) => ({ Condition: { StringEquals: { "aws:PrincipalTag/team": value } } });
const region = { Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } } };
const BUCKET = "arn:aws:s3:::reports/*";

it.each<readonly [string, Statement, Statement, Statement[]]>([
  ["the narrower action", allow("s3:*"), allow("s3:GetObject"), [allow(["s3:GetObject"], ["*"])]],
  ["actions in any case", allow("S3:get*"), allow("s3:GetObject"), [allow(["s3:GetObject"], ["*"])]],
  ["the narrower resource", allow("s3:*", BUCKET), allow("s3:*"), [allow(["s3:*"], [BUCKET])]],
  ["action of one, resource of the other", allow("s3:Get*"), allow("*", BUCKET), [allow(["s3:Get*"], [BUCKET])]],
  ["only what both list", allow(["a:b", "a:c"]), allow(["a:c", "a:d"]), [allow(["a:c"], ["*"])]],
  ["one action beside an exception", allowNot("iam:*"), allow("s3:*"), [allow(["s3:*"], ["*"])]],
  [
    "both exceptions",
    allowNot("iam:*"),
    allowNot("sts:*"),
    [{ Effect: "Allow", NotAction: ["iam:*", "sts:*"], Resource: ["*"] }],
  ],
  [
    "both conditions",
    allow("*", "*", tag("blue")),
    allow("*", "*", region),
    [
      allow(["*"], ["*"], {
        Condition: { StringEquals: { "aws:PrincipalTag/team": "blue", "aws:RequestedRegion": "eu-west-1" } },
      }),
    ],
  ],
  ["a condition once", allow("*", "*", tag("blue")), allow("*", "*", tag("blue")), [allow(["*"], ["*"], tag("blue"))]],
  ["nothing", allow("s3:*"), allow("iam:*"), [{ Effect: "Deny", Action: "*", Resource: "*" }]],
  [
    "nothing of another bucket",
    allow("*", BUCKET),
    allow("*", "arn:aws:s3:::other/*"),
    [{ Effect: "Deny", Action: "*", Resource: "*" }],
  ],
  ["nothing of an exception", allowNot("s3:*"), allow("s3:Get*"), [{ Effect: "Deny", Action: "*", Resource: "*" }]],
])("allows %s", (_, a, b, expected) => {
  expect(intersectPolicies([a], [b])).toEqual(expected);
});

it("denies what either denies, without the Sids, which would no longer be unique", () => {
  const [first, second] = [
    { ...deny, Sid: "A" },
    { ...deny, Sid: "A", Action: "s3:Del*" },
  ];
  expect(intersectPolicies([allow("*"), first], [second, allow("*")])).toEqual([
    allow(["*"], ["*"]),
    deny,
    { ...deny, Action: "s3:Del*" },
  ]);
});

it.each<readonly [string, Statement, Statement]>([
  ["actions that overlap in part", allow("s3:Get*"), allow("s3:*Object")],
  ["resources that overlap in part", allow("*", "arn:aws:s3:::a*"), allow("*", "arn:aws:s3:::*b")],
  ["an exception that overlaps in part", allowNot("s3:*Object"), allow("s3:Get*")],
  ["a shorter ARN, whose meaning is disputed", allow("*", "arn:aws:s3:*"), allow("*", BUCKET)],
  ["a variable against a wildcard", allow("*", "arn:aws:s3:::a/${aws:username}"), allow("*", "arn:aws:s3:::a/*")],
  ["an escaped wildcard", allow("*", "arn:aws:s3:::a????b"), allow("*", "arn:aws:s3:::a${*}b")],
  ["two values of one condition", allow("*", "*", tag("blue")), allow("*", "*", tag("red"))],
  [
    "one condition key in two spellings",
    allow("*", "*", tag("blue")),
    allow("*", "*", { Condition: { StringEquals: { "aws:principaltag/team": "red" } } }),
  ],
])("says nothing for %s", (_, a, b) => {
  expect(intersectPolicies([a], [b])).toBeUndefined();
  expect(intersectPolicies([b], [a])).toBeUndefined();
});
