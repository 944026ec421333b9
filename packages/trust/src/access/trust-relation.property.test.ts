import fc from "fast-check";
import { expect, it } from "vitest";
import { outsideCaller } from "./callers.ts";
import { role } from "./roles.test-helper.ts";
import { simulate } from "./simulate.ts";
import { trustRelation } from "./trust-relation.ts";

const PARTNER = "arn:aws:iam::999999999999:role/x";
const ORGANIZATION = "o-z9y8x7w6v5";
const CONDITIONS = [
  undefined,
  ...["StringEquals", "StringNotEquals"].flatMap((operator) => [
    { [operator]: { "aws:PrincipalOrgID": ORGANIZATION } },
    { [operator]: { "aws:PrincipalAccount": "999999999999" } },
    { [operator]: { "sts:ExternalId": "x" } },
  ]),
  { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::999999999999:role/*" } },
  { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::999999999999:role/*" } },
  { Null: { "aws:PrincipalOrgID": "true" } },
];
const statement = fc.record({
  Effect: fc.constantFrom("Allow", "Allow", "Deny"),
  Principal: fc.constantFrom(
    "*",
    { AWS: "*" },
    { AWS: "999999999999" },
    { AWS: PARTNER },
    { Service: "ec2.amazonaws.com" },
  ),
  Action: fc.constantFrom("sts:AssumeRole", "sts:*", "sts:TagSession"),
  Condition: fc.constantFrom(...CONDITIONS),
});
const context = { accounts: ["123456789012"], organization: "o-a1b2c3d4e5" };
const external = [{}, { externalId: "x" }, { externalId: "y" }];

/** Whether a caller in an account that no policy mentions gets in, with an external ID or without. */
function getsIn(arn: string, trusting: unknown): boolean {
  const caller = outsideCaller({ arn, principalArn: arn }, { kind: "anyone", name: "*" });
  const decisions = external.map((request) => simulate(caller, role("R", trusting), request, context).answer.decision);
  return decisions.includes("allowed");
}

it("has an edge from anyone exactly when the evaluator lets a stranger in", () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), (statements) => {
      const trusting = statements.map(({ Condition: condition, ...each }) => ({
        ...each,
        ...(condition && { Condition: condition }),
      }));
      const isOpen = trustRelation([role("R", trusting)], context).some(({ from }) => from.kind === "anyone");
      const strangers = ["arn:aws:iam::888888888888:role/q", "arn:aws:iam::888888888888:user/q"];
      expect(isOpen).toBe(strangers.some((arn) => getsIn(arn, trusting)));
    }),
    { seed: 1, numRuns: 60 },
  );
});
