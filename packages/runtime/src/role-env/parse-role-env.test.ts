import { describe, expect, it } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { parseRoleEnv } from "./parse-role-env.ts";

const FIRST = "arn:aws:iam::123456789012:role/MyFirstRole:MyFirstAccount";

function problemsOf(env: Record<string, string>): readonly Diagnostic[] {
  try {
    parseRoleEnv(env);
  } catch (error) {
    if (error instanceof AgentRolesError && error.code === "InvalidRoleEnv") return error.problems;
    throw error;
  }
  return [];
}

describe("parseRoleEnv", () => {
  it("reads the two examples of the documentation", () => {
    const { roles, warnings } = parseRoleEnv({
      AWS_ROLE_1: FIRST,
      AWS_ROLE_2: "arn:aws:iam::123456789013:role/MySecondRole:MySecondAccount",
    });
    expect(roles.map(({ number, profile, role }) => [number, profile, role.accountId, role.roleName])).toEqual([
      [1, "MyFirstAccount", "123456789012", "MyFirstRole"],
      [2, "MySecondAccount", "123456789013", "MySecondRole"],
    ]);
    expect(warnings).toEqual([]);
  });

  it.each([
    ["arn:aws-cn:iam::123456789012:role/r", "aws-cn", "/"],
    ["arn:aws-us-gov:iam::123456789012:role/a/b/r", "aws-us-gov", "/a/b/"],
    ["arn:aws-iso-b:iam::123456789012:role/agent-roles/r", "aws-iso-b", "/agent-roles/"],
  ])("splits %s at the last colon, in any partition and path", (arn, partition, path) => {
    const { roles } = parseRoleEnv({ AWS_ROLE_1: `${arn}:p` });
    expect(roles[0]).toMatchObject({ profile: "p", role: { arn, partition, path, roleName: "r" } });
  });

  it("takes a task as the session name, its person as the source identity, and both as session tags", () => {
    const parsed = parseRoleEnv({
      AWS_ROLE_1: FIRST,
      AGENT_ROLES_TASK: "INC-42",
      AGENT_ROLES_ON_BEHALF_OF: "alice@example.com",
      AGENT_ROLES_SESSION_NAME: "INC-42",
      AGENT_ROLES_SESSION_TAGS: "team=ops",
    });
    expect(parsed).toMatchObject({
      task: "INC-42",
      roleSessionName: "INC-42",
      sourceIdentity: "alice@example.com",
      sessionTags: { team: "ops", "agent-roles:task": "INC-42", "agent-roles:on-behalf-of": "alice@example.com" },
    });
  });

  it.each([
    ["AGENT_ROLES_TASK", "INC 42", {}],
    ["AGENT_ROLES_TASK", "x", {}],
    ["AGENT_ROLES_ON_BEHALF_OF", "aws:alice", {}],
    ["AGENT_ROLES_ON_BEHALF_OF", "Alice Smith", {}],
    ["AGENT_ROLES_TASK", "INC-42", { AGENT_ROLES_SESSION_NAME: "bot" }],
    ["AGENT_ROLES_ON_BEHALF_OF", "alice", { AGENT_ROLES_SOURCE_IDENTITY: "bob" }],
    ["AGENT_ROLES_SESSION_TAGS", "Agent-Roles:Task=INC-43", { AGENT_ROLES_TASK: "INC-42" }],
  ])("refuses %s=%j with %j", (variable, value, others) => {
    const problems = problemsOf({ AWS_ROLE_1: FIRST, [variable]: value, ...others });
    expect(problems.map(({ path }) => path)).toEqual([variable]);
    expect(problems[0]?.message).toContain(value.split("=")[0]?.replace("Agent-Roles:Task", "agent-roles:task"));
  });

  it("reads every option of a role and of the process", () => {
    const parsed = parseRoleEnv({
      AWS_ROLE_1: FIRST,
      AWS_ROLE_1_EXTERNAL_ID: "id:42",
      AWS_ROLE_1_REGION: "us-gov-west-1",
      AWS_ROLE_1_DURATION_SECONDS: "900",
      AWS_ROLE_1_SESSION_POLICY_ARNS: "arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::123456789012:policy/p/q",
      AWS_ROLE_1_ACCESS: "full",
      AWS_ROLE_1_DESCRIPTION: "a = b: c",
      AWS_ROLE_1_ENVIRONMENT: "prod",
      AWS_ROLE_1_DEFAULT: "true",
      AWS_MASTER_ROLE_ARN: "arn:aws:iam::123456789012:role/agent-master",
      AWS_MASTER_ROLE_EXTERNAL_ID: "master-id",
      AGENT_ROLES_SESSION_NAME: "nightly@bot",
      AGENT_ROLES_SOURCE_IDENTITY: "alice",
      AGENT_ROLES_SESSION_TAGS: "team=ops,purpose=a=b",
    });
    expect(parsed).toMatchObject({
      roles: [
        {
          externalId: "id:42",
          region: "us-gov-west-1",
          durationSeconds: 900,
          sessionPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/p/q"],
          access: "full",
          description: "a = b: c",
          environment: "prod",
          default: true,
        },
      ],
      master: { role: { roleName: "agent-master" }, externalId: "master-id" },
      roleSessionName: "nightly@bot",
      sourceIdentity: "alice",
      sessionTags: { team: "ops", purpose: "a=b" },
    });
  });

  it("leaves variables alone that are not ours", () => {
    const parsed = parseRoleEnv({ AWS_ROLE_ARN: "x", AWS_ROLE_SESSION_NAME: "y", AWS_ROLE_FOO: "z", PATH: "/bin" });
    expect(parsed).toEqual({ roles: [], warnings: [] });
  });

  it("takes an empty option as unset", () => {
    const [role] = parseRoleEnv({ AWS_ROLE_1: FIRST, AWS_ROLE_1_EXTERNAL_ID: "", AWS_ROLE_1_DEFAULT: "false" }).roles;
    expect(role).not.toHaveProperty("externalId");
    expect(role).not.toHaveProperty("default");
  });

  it.each([
    ["foo", "is not a role ARN"],
    ["", "is empty"],
    ["arn:aws:iam::123456789012:role/MyRole", "is not a role ARN"],
    ["arn:aws:iam::123456789012:role/MyRole:", "the profile name after the last colon is empty"],
    ["arn:aws:iam::123456789012:role/MyRole:my account", '"my account" is not a profile name'],
    ["arn:aws:iam::123456789012:role/MyRole:a]b", '"a]b" is not a profile name'],
    ["arn:aws:iam::12345678901:role/MyRole:p", 'a profile: the account "12345678901" does not have 12 digits'],
    ["arn:aws:iam::123456789012:user/me:p", 'a profile: "user/me" is not role/<name>'],
    ["arn:aws:iam::123456789012:user/me", 'a profile: "user/me" is not role/<name>'],
    ["arn:aws:sts::123456789012:assumed-role/r/s:p", 'a profile: "sts" is not iam'],
    ["arn:aws:iam:eu-west-1:123456789012:role/r:p", 'a profile: IAM has no Region, such as "eu-west-1"'],
    ["arn:AWS:iam::123456789012:role/r:p", 'a profile: "AWS" is not a partition of AWS'],
    ["MyProfile:arn:aws:iam::123456789012:role/MyRole", "is not a role ARN"],
  ])("refuses AWS_ROLE_1=%s", (value, message) => {
    const [problem] = problemsOf({ AWS_ROLE_1: value });
    expect(problem).toMatchObject({ path: "AWS_ROLE_1" });
    expect(problem?.message).toContain(message);
    expect(problem?.fix).not.toBe("");
  });

  it("says how to add the profile to a bare ARN", () => {
    const [problem] = problemsOf({ AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyRole" });
    expect(problem?.fix).toContain("arn:aws:iam::123456789012:role/MyRole:MyProfile");
  });

  it.each([
    ["AWS_ROLE_0", FIRST],
    ["AWS_ROLE_01", FIRST],
    ["AWS_ROLE_1_EXTERNAL_ID", "a b"],
    ["AWS_ROLE_1_REGION", "Frankfurt"],
    ["AWS_ROLE_1_DURATION_SECONDS", "899"],
    ["AWS_ROLE_1_DURATION_SECONDS", "43201"],
    ["AWS_ROLE_1_DURATION_SECONDS", "1h"],
    ["AWS_ROLE_1_SESSION_POLICY_ARNS", "ReadOnlyAccess"],
    ["AWS_ROLE_1_SESSION_POLICY_ARNS", Array.from({ length: 11 }, () => "arn:aws:iam::aws:policy/X").join(",")],
    ["AWS_ROLE_1_DEFAULT", "yes"],
    ["AWS_ROLE_9_REGION", "eu-west-1"],
    ["AWS_MASTER_ROLE_ARN", "agent-master"],
    ["AWS_MASTER_ROLE_EXTERNAL_ID", "x"],
    ["AGENT_ROLES_SESSION_NAME", "x"],
    ["AGENT_ROLES_SOURCE_IDENTITY", "a/b"],
    ["AGENT_ROLES_SESSION_TAGS", "team"],
    ["AGENT_ROLES_SESSION_TAGS", "team=a,Team=b"],
    ["AGENT_ROLES_SESSION_TAGS", "aws:team=a"],
  ])("refuses %s=%s by name", (variable, value) => {
    expect(problemsOf({ AWS_ROLE_1: FIRST, [variable]: value })).toEqual([
      expect.objectContaining({ path: variable, fix: expect.stringMatching(/./) }),
    ]);
  });

  it.each([
    ["twice the same profile", { AWS_ROLE_2: FIRST }, "AWS_ROLE_2", "already declared by AWS_ROLE_1"],
    ...[
      "default",
      "DEFAULT",
      "Default",
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "services.sts",
      "SSO-session.corp",
    ].map((name): [string, Record<string, string>, string, string] => [
      `the name ${name}`,
      { AWS_ROLE_2: FIRST.replace(/\w+$/, name) },
      "AWS_ROLE_2",
      `"${name}"`,
    ]),
    ["the master's own profile", { AWS_PROFILE: "MyFirstAccount" }, "AWS_ROLE_1", "the master's own"],
    [
      "two defaults",
      { AWS_ROLE_1_DEFAULT: "true", AWS_ROLE_2: FIRST.replace(/\w+$/, "other"), AWS_ROLE_2_DEFAULT: "true" },
      "AWS_ROLE_2_DEFAULT",
      "AWS_ROLE_1_DEFAULT is already true",
    ],
  ])("refuses %s", (_, env, variable, message) => {
    const problems = problemsOf({ AWS_ROLE_1: FIRST, ...env });
    expect(problems).toEqual([expect.objectContaining({ path: variable, message: expect.stringContaining(message) })]);
  });

  it("reports every mistake at once, each with the variable and the fix", () => {
    const env = {
      AWS_ROLE_1: "foo",
      AWS_ROLE_2: "",
      AWS_ROLE_3: FIRST,
      AWS_ROLE_3_REGION: "x",
      AGENT_ROLES_SESSION_NAME: "?",
    };
    expect(() => parseRoleEnv(env)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /AWS_ROLE_1: .*\nAWS_ROLE_2: .*\nAWS_ROLE_3_REGION: .*\nAGENT_ROLES_SESSION_NAME: /,
        ),
      }),
    );
  });

  it("warns of a gap and of an unknown option, and works", () => {
    const { roles, warnings } = parseRoleEnv({
      AWS_ROLE_2: FIRST,
      AWS_ROLE_6: FIRST.replace(/\w+$/, "x"),
      AWS_ROLE_2_EXTERNALID: "typo",
    });
    expect(roles.map(({ number }) => number)).toEqual([2, 6]);
    expect(warnings.map(({ path }) => path)).toEqual(["AWS_ROLE_2_EXTERNALID", "AWS_ROLE_1, AWS_ROLE_3…5"]);
  });

  it("reports warnings together with the mistakes, so that one look at it is enough", () => {
    const problems = problemsOf({ AWS_ROLE_1: "nonsense", AWS_ROLE_1_REGOIN: "eu-west-1" });
    expect(problems.map(({ path }) => path)).toEqual(["AWS_ROLE_1", "AWS_ROLE_1_REGOIN"]);
  });

  it("orders roles by number, not by text", () => {
    const env = Object.fromEntries([10, 9, 1, 2].map((n) => [`AWS_ROLE_${n}`, FIRST.replace(/\w+$/, `p${n}`)]));
    expect(parseRoleEnv(env).roles.map(({ number }) => number)).toEqual([1, 2, 9, 10]);
  });
});

it.each<readonly [Record<string, string>, string[]]>([
  [{ AWS_REGION: "cn-northwest-1" }, ["AWS_REGION"]],
  [{ AWS_DEFAULT_REGION: "us-gov-west-1" }, ["AWS_DEFAULT_REGION"]],
  [{ AWS_REGION: "eu-west-1", AWS_ROLE_1_REGION: "eusc-de-east-1" }, ["AWS_ROLE_1_REGION"]],
  [{ AWS_REGION: "cn-north-1", AWS_ROLE_1_REGION: "eu-west-1" }, []],
  [{ AWS_REGION: "mx-central-1" }, []],
  [{}, []],
])("warns with %j about a Region of another partition: %j", (env, variables) => {
  const { warnings } = parseRoleEnv({ AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod", ...env });
  expect(warnings.map(({ path }) => path)).toEqual(variables);
});

it.each([
  ["AWS_ROLE", "AWS_ROLE_3"],
  ["AWS_ROLE3", "AWS_ROLE_3"],
  ["AWS_ROLE1", "AWS_ROLE_3"],
  ["AWS_ROLES_7", "AWS_ROLE_7"],
  ["aws_role_3", "AWS_ROLE_3"],
])("warns of %s with the value of a role", (name, right) => {
  const arn = "arn:aws:iam::123456789012:role/R";
  const declared = { AWS_ROLE_1: `${arn}1:One`, AWS_ROLE_2: `${arn}2:Two` };
  expect(parseRoleEnv({ ...declared, [name]: `${arn}3:Three` }).warnings).toEqual([
    { path: name, message: "is not of the form AWS_ROLE_N", fix: `Rename it to ${right}.` },
  ]);
  // Of another tool.
  expect(parseRoleEnv({ ...declared, [name]: name === "AWS_ROLE" ? `${arn}3` : "admin" }).warnings).toEqual([]);
});
