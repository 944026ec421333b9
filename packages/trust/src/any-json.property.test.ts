import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateAssumeRole, type AssumeRoleAnswer, type AssumeRoleRequest } from "./index.ts";

const SESSION = "arn:aws:sts::123456789012:assumed-role/agent-master/s1";
const ROLE = "arn:aws:iam::123456789012:role/MyFirstRole";
const json = fc.jsonValue();
const some: { requiredKeys: [] } = { requiredKeys: [] };
const often = { numRuns: 1000 };

/** A request as it comes out of a file: of no type at all. */
function ask(question: unknown): AssumeRoleAnswer {
  const parsed: AssumeRoleRequest = JSON.parse(JSON.stringify(question));
  return evaluateAssumeRole(parsed);
}

describe("evaluateAssumeRole, whatever JSON", () => {
  it("is a policy, gives a reason and never allows", () => {
    const questions = fc.record({
      caller: fc.record({
        arn: fc.constant(SESSION),
        identityPolicies: fc.array(json),
        permissionsBoundary: json,
        sessionPolicies: json,
        scps: json,
      }),
      role: fc.record({ arn: fc.constant(ROLE), trustPolicy: json, rcps: json }),
    });
    fc.assert(
      fc.property(questions, (question) => {
        const answer = ask(question);
        expect(answer.decision).not.toBe("allowed");
        expect(answer.reasons[0]?.effect).toBe(answer.decision);
      }),
      often,
    );
  });

  it("is an element of a statement, answers", () => {
    const statements = fc.array(
      fc.record(
        {
          Effect: fc.constantFrom("Allow", "Deny"),
          Principal: fc.oneof(fc.constant("*"), json, fc.record({ AWS: json })),
          Action: fc.oneof(fc.constant("*"), json),
          NotAction: json,
          Resource: json,
          Condition: fc.oneof(json, fc.dictionary(fc.constantFrom("StringLike", "ArnLike", "Null", "Bool"), json)),
        },
        some,
      ),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(statements, statements, (trust, identity) => {
        const caller = { arn: SESSION, identityPolicies: [{ Statement: identity }] };
        const answer = ask({ caller, role: { arn: ROLE, trustPolicy: { Statement: trust } } });
        expect(answer.reasons[0]?.effect).toBe(answer.decision);
      }),
      often,
    );
  });

  it("is nested deeper than it can be shown, answers", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);
    const { decision, reasons } = evaluateAssumeRole({
      caller: { arn: SESSION, identityPolicies: [] },
      role: { arn: ROLE, trustPolicy: { Statement: { Effect: "Allow", Principal: { AWS: deep }, Action: "*" } } },
    });
    expect(decision).toBe("uncertain");
    expect(reasons[0]?.message).toContain("nested too deeply");
  });

  it("is a part of the request, answers", () => {
    const keys = [
      "sts:ExternalId",
      "aws:PrincipalOrgID",
      "aws:PrincipalTag/a",
      "aws:TagKeys",
      "aws:SourceIdentity",
      "acme:Key",
    ];
    const trustPolicy = {
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal: "*",
        Action: "*",
        Condition: Object.fromEntries(
          ["StringLike", "ForAnyValue:StringLikeIfExists"].map((operator) => [
            operator,
            Object.fromEntries(keys.map((key) => [key, ["*", `\${${key}}`]])),
          ]),
        ),
      },
    };
    const questions = fc.record(
      {
        caller: fc.oneof(json, fc.record({ arn: fc.constant(SESSION), tags: json, orgId: json, orgPaths: json }, some)),
        role: fc.oneof(
          json,
          fc.record({ arn: fc.constant(ROLE), tags: json, orgId: json, trustPolicy: fc.constant(trustPolicy) }),
        ),
        request: fc.oneof(
          json,
          fc.record(
            {
              externalId: json,
              sessionTags: json,
              transitiveTagKeys: json,
              sourceIdentity: json,
              context: fc.oneof(json, fc.dictionary(fc.constantFrom(...keys), json)),
            },
            some,
          ),
        ),
      },
      some,
    );
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: questions }, json), (question) => {
        expect(ask(question).reasons.length).toBeGreaterThan(0);
      }),
      often,
    );
  });
});
