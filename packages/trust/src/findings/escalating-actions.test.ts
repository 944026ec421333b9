import { describe, expect, it } from "vitest";
import { role as roleOf, trust } from "../access/roles.test-helper.ts";
import { runRules, type TrustContext, type TrustRole } from "../index.ts";
import { escalationPathsOf } from "./escalating-actions.ts";
import { ESCALATION_PATHS } from "./escalation-paths.ts";
import { readRole } from "./indexed-role.ts";

type Changes = Partial<Omit<TrustRole, "arn">>;

function role(identity: unknown, changes: Changes = {}): TrustRole {
  return roleOf("worker", trust({ Service: "ec2.amazonaws.com" }), { identity, ...changes });
}

function allow(actions: string | readonly string[], resource: unknown = "*", condition?: object): object {
  return { Effect: "Allow", Action: actions, Resource: resource, ...(condition && { Condition: condition }) };
}

/** The paths of a role with these identity statements. */
function paths(identity: unknown, changes?: Changes, isStronger: (arn: string) => boolean = () => false): string[] {
  return escalationPathsOf(readRole(role(identity, changes)), isStronger).map(({ text }) => text);
}

it.each(ESCALATION_PATHS.map((path) => [path.actions.join(" with "), path] as const))(
  "finds the published path %s, which has a source",
  (_, { actions, passedTo, source }) => {
    const passed = passedTo === undefined ? [] : ["iam:PassRole"];
    const text = [...passed, ...actions].join(" with ");
    expect(paths(allow([...passed, ...actions]))).toContain(text);
    expect(source).toMatch(/^https:\/\//);
    for (const missing of [...passed, ...actions]) {
      expect(paths(allow([...passed, ...actions].filter((action) => action !== missing)))).not.toContain(text);
    }
  },
);

describe("finds a path", () => {
  it.each<[string, unknown, string, Changes?]>([
    ["in a pattern of actions", allow("iam:Put*"), "iam:PutRolePolicy"],
    ["whatever the case of the action", allow("IAM:createpolicyversion"), "iam:CreatePolicyVersion"],
    ["in all actions but some", { Effect: "Allow", NotAction: "s3:*", Resource: "*" }, "iam:AttachRolePolicy"],
    ["in two statements", [allow("iam:PassRole"), allow("glue:UpdateJob")], "iam:PassRole with glue:UpdateJob"],
    [
      "at all resources of a kind",
      allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:*"),
      "lambda:UpdateFunctionCode",
    ],
    [
      "with a pattern of roles to pass",
      [allow("iam:PassRole", "arn:aws:iam::123456789012:role/service/*"), allow("ec2:RunInstances")],
      "iam:PassRole with ec2:RunInstances",
    ],
    [
      "with a role to pass in an account that is unknown offline",
      [allow("iam:PassRole", "arn:aws:iam::${AWS.AccountId}:role/*"), allow("ec2:RunInstances")],
      "iam:PassRole with ec2:RunInstances",
    ],
    [
      "with a role to pass to the service",
      [
        allow("iam:PassRole", "*", {
          StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "lambda.amazonaws.com"] },
        }),
        allow("lambda:*"),
      ],
      "iam:PassRole with lambda:CreateFunction",
    ],
    [
      "in AdministratorAccess",
      [],
      "iam:CreateAccessKey",
      { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] },
    ],
    [
      "in PowerUserAccess",
      [],
      "ssm:SendCommand",
      { managedPolicyArns: ["arn:aws-cn:iam::aws:policy/PowerUserAccess"] },
    ],
    [
      "that the boundary allows",
      allow("*"),
      "ssm:StartSession",
      { permissionsBoundary: { Version: "2012-10-17", Statement: allow("ssm:*") } },
    ],
    ["that a Deny leaves", [allow("iam:*"), { ...allow("iam:Create*"), Effect: "Deny" }], "iam:PutRolePolicy"],
  ])("%s", (_, identity, path, changes) => {
    expect(paths(identity, changes)).toContain(path);
  });
});

describe("finds no path", () => {
  it.each<[string, unknown, Changes?]>([
    ["in reading", allow(["s3:Get*", "iam:Get*", "iam:List*", "secretsmanager:GetSecretValue"])],
    ["in passing a role and starting nothing", allow(["iam:PassRole", "lambda:InvokeFunction", "datasync:CreateTask"])],
    [
      "in one function's code",
      allow("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:123456789012:function:web"),
    ],
    ["in the functions of an application", allow("lambda:Update*", "arn:aws:lambda:*:*:function:shop-*")],
    ["in one build project", allow("codebuild:StartBuild", "arn:aws:codebuild:eu-west-1:123456789012:project/web")],
    [
      "in passing one role that can do no more",
      [
        allow("iam:PassRole", "arn:aws:iam::123456789012:role/task"),
        allow(["ecs:*"], "arn:aws:ecs:*:*:service/shop/*"),
      ],
    ],
    [
      "in passing roles to another service",
      [
        allow("iam:PassRole", "*", { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } }),
        allow("lambda:CreateFunction"),
      ],
    ],
    [
      "in creating roles within a boundary",
      allow(["iam:CreateRole", "iam:PutRolePolicy"], "*", {
        StringEquals: { "iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/limits" },
      }),
    ],
    ["in tagged instances", allow("ssm:StartSession", "*", { StringEquals: { "aws:ResourceTag/team": "a" } })],
    ["that MFA is required for", allow("iam:*", "*", { Bool: { "aws:MultiFactorAuthPresent": "true" } })],
    ["that a Deny takes back", [allow("iam:*"), { ...allow("iam:*"), Effect: "Deny" }]],
    [
      "that a Deny takes back at all but one role",
      [
        allow("iam:PutRolePolicy"),
        { Effect: "Deny", Action: "iam:*", NotResource: "arn:aws:iam::123456789012:role/app" },
      ],
    ],
    [
      "beyond the boundary",
      allow("*"),
      { permissionsBoundary: { Version: "2012-10-17", Statement: allow(["s3:*", "dynamodb:*"]) } },
    ],
    ["in AWS's own read-only policies", [], { managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }],
    ["in a statement that AWS rejects", { effect: "allow", action: "*", resource: "*" }],
    ["in a service that AWS does not have", allow("sso-admin:AttachManagedPolicyToPermissionSet")],
  ])("%s", (_, identity, changes) => {
    expect(paths(identity, changes)).toEqual([]);
  });
});

it("finds the passing of one role that can do more", () => {
  const identity = [allow("iam:PassRole", "arn:aws:iam::123456789012:role/admin"), allow("ec2:RunInstances")];
  const context: TrustContext = {};
  const admin = roleOf("admin", trust({ Service: "ec2.amazonaws.com" }), {
    managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
  });
  const found = runRules([role(identity), admin], context).filter(({ id }) => id === "escalation-path");
  expect(found.map(({ role: arn }) => arn)).toContain("arn:aws:iam::123456789012:role/worker");
  expect(paths(identity)).toEqual([]);
});

it("is reported without a manifest for every role, and with a master for its targets", () => {
  const escalating = role(allow("iam:PutRolePolicy"));
  const found = (context: TrustContext): string[] =>
    runRules([escalating], context)
      .filter(({ id }) => id === "escalation-path")
      .map(({ message }) => message);
  expect(found({})).toEqual([
    "can call iam:PutRolePolicy: privilege escalation (https://pathfinding.cloud/paths/iam-005)",
  ]);
  expect(found({ masterRoleArn: "arn:aws:iam::123456789012:role/master" })).toEqual([]);
});
