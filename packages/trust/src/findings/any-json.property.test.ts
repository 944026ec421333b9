import fc from "fast-check";
import { expect, it } from "vitest";
import { applySuppressions, runRules, rules, type Finding, type TrustContext, type TrustRole } from "../index.ts";

/** Without shrinking: the values are large, and a person reads the seed. */
const often = { numRuns: 300, endOnFailure: true };
const json = fc.jsonValue();
const some: { requiredKeys: [] } = { requiredKeys: [] };

/** Roles whose policies come out of a file: of no type at all. */
function lint(roles: readonly object[], context?: TrustContext): Finding[] {
  const parsed: readonly TrustRole[] = JSON.parse(JSON.stringify(roles));
  const rest = { location: { file: "template.json" }, unknowns: [] };
  return runRules(
    parsed.map((role) => ({ ...rest, ...role })),
    context,
  );
}

const arns = fc.constantFrom(
  "arn:aws:iam::123456789012:role/agent-roles-master/agent-master",
  "arn:aws:iam::123456789013:role/agent-roles/MySecondRole",
  "arn:aws:iam::${AWS.AccountId}:role/${Name}",
  "*",
);
const texts = fc.oneof(arns, fc.constantFrom("sts:*", "repo:a/b:*", "${x}", "true"), json);
const statements = fc.array(
  fc.record(
    {
      Effect: fc.constantFrom("Allow", "Deny"),
      Principal: fc.oneof(texts, fc.dictionary(fc.constantFrom("AWS", "Service", "Federated", "X"), texts)),
      NotPrincipal: json,
      Action: fc.oneof(fc.constantFrom("sts:AssumeRole", "*"), texts),
      NotAction: json,
      Resource: texts,
      Condition: fc.oneof(
        json,
        fc.dictionary(
          fc.constantFrom("StringLike", "ArnEquals", "Null", "ForAllValues:StringEqualsIfExists", "Strange"),
          fc.oneof(
            json,
            fc.dictionary(fc.constantFrom("aws:PrincipalArn", "sts:ExternalId", "aws:TagKeys", "x:sub"), texts),
          ),
        ),
      ),
    },
    some,
  ),
  { maxLength: 3 },
);
const policies = fc.oneof(json, fc.record({ Version: json, Statement: statements }));
const roles = fc.array(
  fc.record(
    {
      arn: fc.oneof(arns, fc.string()),
      trustPolicy: policies,
      identityPolicies: fc.array(policies, { maxLength: 2 }),
      managedPolicyArns: fc.array(fc.string(), { maxLength: 2 }),
      permissionsBoundary: policies,
      maxSessionDuration: fc.integer(),
      tags: fc.dictionary(fc.string(), fc.string()),
    },
    { requiredKeys: ["arn", "trustPolicy", "identityPolicies", "managedPolicyArns"] },
  ),
  { maxLength: 4 },
);
const context: TrustContext = {
  masterRoleArn: "arn:aws:iam::123456789012:role/agent-roles-master/agent-master",
  expectedRoles: [{ variable: "AWS_ROLE_1", profile: "P", roleArn: "arn:aws:iam::123456789013:role/MySecondRole" }],
  transitiveTagKeys: ["team"],
};

it("lints roles with whatever JSON as policies, and each finding is complete", () => {
  const known = new Set(rules.map(({ id }) => id));
  fc.assert(
    fc.property(roles, (given) => {
      for (const finding of lint(given, context)) {
        expect(known).toContain(finding.id);
        expect(finding.message).not.toBe("");
        expect(finding.location.file).not.toBe("");
      }
    }),
    often,
  );
});

function listed(value: unknown): unknown {
  return typeof value === "string" ? [value] : value;
}

function asLists(statement: Readonly<Record<string, unknown>>): unknown {
  return {
    ...statement,
    ...("Action" in statement && { Action: listed(statement["Action"]) }),
    ...("Resource" in statement && { Resource: listed(statement["Resource"]) }),
  };
}

/** Without the sizes: brackets count as characters, so that a list may pass a quota that the same text does not. */
function idsOf(found: readonly Finding[]): string {
  return JSON.stringify(found.flatMap(({ id, statement }) => (id === "policy-size" ? [] : [[id, statement]])));
}

it("says the same whether one value is written as a text or as a list", () => {
  fc.assert(
    fc.property(statements, arns, (given, arn) => {
      const role = (Statement: unknown): object => ({
        arn,
        trustPolicy: { Statement },
        identityPolicies: [],
        managedPolicyArns: [],
      });
      const single = given.length === 1 ? given[0] : given;
      expect(idsOf(lint([role(given.map(asLists))]))).toBe(idsOf(lint([role(single)])));
    }),
    often,
  );
});

it("keeps every finding, be it suppressed or not", () => {
  fc.assert(
    fc.property(roles, fc.subarray(rules.map(({ id }) => id)), (given, ids) => {
      const all = lint(given, context);
      const { findings, suppressed } = applySuppressions(
        all,
        ids.map((id) => ({ id, reason: "known" })),
      );
      expect(findings.length + suppressed.length).toBe(all.length);
      expect(findings.filter(({ id }) => ids.includes(id))).toEqual([]);
    }),
    often,
  );
});
