import { expect, it } from "vitest";
import { parseRoleEnv } from "../role-env/index.ts";
import { DENY_LIMIT } from "../role-env/session-policy.ts";
import { DENIED_ACTIONS } from "./denied-actions.ts";
import { sessionPolicies } from "./session-policies.ts";

const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const DENY = { Effect: "Deny", Action: "s3:GetObject", Resource: "arn:aws:s3:::payroll/*" };

function policiesOf(options: Readonly<Record<string, string>> = {}, partition = "aws") {
  const env = Object.fromEntries(Object.entries(options).map(([name, value]) => [`AWS_ROLE_1_${name}`, value]));
  const [role] = parseRoleEnv({ AWS_ROLE_1: `arn:${partition}:iam::123456789013:role/MyRole:p`, ...env }).roles;
  if (!role) throw new Error("the fixture declares one role");
  return sessionPolicies(role);
}

it("sends nothing for full access, and a role's own policies as they are", () => {
  expect(policiesOf()).toEqual({});
  expect(policiesOf({ ACCESS: "full" })).toEqual({});
  const arn = "arn:aws:iam::123456789013:policy/Narrow";
  expect(policiesOf({ SESSION_POLICY: policy(DENY), SESSION_POLICY_ARNS: arn })).toEqual({
    Policy: policy(DENY),
    PolicyArns: [{ arn }],
  });
});

it.each([
  ["view", "aws", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"],
  ["read", "aws", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
  ["read", "aws-us-gov", "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"],
  ["view", "aws-cn", "arn:aws-cn:iam::aws:policy/job-function/ViewOnlyAccess"],
  ["read", "aws-eusc", "arn:aws-eusc:iam::aws:policy/ReadOnlyAccess"],
])("narrows %s in %s with AWS's managed policy and denials only", (level, partition, arn) => {
  const { Policy = "", PolicyArns } = policiesOf({ ACCESS: level }, partition);
  expect(PolicyArns).toEqual([{ arn }]);
  const { Statement }: { Statement: readonly { Effect: string; Resource: string | string[] }[] } = JSON.parse(Policy);
  expect(new Set(Statement.map(({ Effect }) => Effect))).toEqual(new Set(["Deny"]));
  const resources = Statement.flatMap(({ Resource }) => Resource);
  expect(resources.filter((each) => each !== "*" && !each.startsWith(`arn:${partition}:`))).toEqual([]);
});

it("adds a role's own denials to those of the level", () => {
  const { Policy = "" } = policiesOf({ ACCESS: "read", SESSION_POLICY: policy(DENY) });
  expect(Policy).toContain(JSON.stringify(DENY));
  expect(Policy).toContain("secretsmanager:*Value");
});

it("stays within what STS takes, with the longest denials and the longest partition", () => {
  const longest = policy({ ...DENY, Resource: "x".repeat(DENY_LIMIT - policy({ ...DENY, Resource: "" }).length) });
  expect(longest).toHaveLength(DENY_LIMIT);
  const { Policy = "", PolicyArns = [] } = policiesOf({ ACCESS: "view", SESSION_POLICY: longest }, "aws-us-gov");
  expect(Policy.length + (PolicyArns[0]?.arn?.length ?? 0)).toBeLessThanOrEqual(2048);
});

it("names AWS's page for every denied action", () => {
  const withoutPage = Object.entries(DENIED_ACTIONS).filter(
    ([, page]) => !/^[\w-]+\/latest\/[\w/-]+\.html$/.test(page),
  );
  expect(withoutPage).toEqual([]);
});
