import { expect, it } from "vitest";
import { runRules, type TrustContext } from "../index.ts";

const GITHUB = "token.actions.githubusercontent.com";
const OURS = "arn:aws:iam::123456789012:";
const context: TrustContext = { accounts: ["123456789012"], allowedAccounts: ["210987654321"] };

function github(condition: object): object {
  return {
    Effect: "Allow",
    Principal: { Federated: `${OURS}oidc-provider/${GITHUB}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: condition,
  };
}

function assume(principal: object, condition: object): object {
  return { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole", Condition: condition };
}

const audience = { [`${GITHUB}:aud`]: "sts.amazonaws.com" };
const subject = { [`${GITHUB}:sub`]: "repo:my-org@4711/my-repo@4712:environment:production" };

it.each([
  ["oidc-subject-wildcard", github({ StringEquals: { ...audience, ...subject } })],
  [
    "oidc-subject-without-owner",
    github({
      StringEquals: { ...audience, [`${GITHUB}:sub`]: "environment:production", [`${GITHUB}:repository_id`]: "4712" },
    }),
  ],
  ["wildcard-principal", assume({ AWS: "123456789012" }, { ArnEquals: { "aws:PrincipalArn": `${OURS}role/app` } })],
  [
    "wildcard-in-principal-arn",
    assume({ AWS: "123456789012" }, { ArnLike: { "aws:PrincipalArn": `${OURS}role/app-*` } }),
  ],
  [
    "third-party-without-external-id",
    assume({ AWS: "210987654321" }, { StringEquals: { "sts:ExternalId": "0d9f7c5e-3b1a-4e8d-9c2b-7f6a5d4c3b2a" } }),
  ],
  [
    "service-without-source",
    assume({ Service: "states.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": "123456789012" } }),
  ],
  [
    "service-without-source, by the resource",
    assume(
      { Service: "states.amazonaws.com" },
      { ArnLike: { "aws:SourceArn": "arn:aws:states:*:123456789012:stateMachine:nightly" } },
    ),
  ],
  [
    "cognito-guests",
    {
      Effect: "Allow",
      Principal: { Federated: "cognito-identity.amazonaws.com" },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: { "cognito-identity.amazonaws.com:aud": "eu-west-1:0a1b2c3d-0000-1111-2222-333344445555" },
        "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
      },
    },
  ],
])("the fix of %s is what no other rule reports", (_id, statement) => {
  const role = {
    arn: `${OURS}role/target`,
    trustPolicy: { Version: "2012-10-17", Statement: [statement] },
    identityPolicies: [],
    managedPolicyArns: [],
    location: { file: "template.json" },
    unknowns: [],
  };
  expect(runRules([role], context)).toEqual([]);
});

it.each(["attribution-not-required", "session-name-free"])("says of %s to set what is not set yet", (id) => {
  const fixOf = (attributionRequired: boolean): string | undefined => {
    const role = (name: string, condition: object) => ({
      arn: `${OURS}role/agent-roles/${name}`,
      trustPolicy: { Version: "2012-10-17", Statement: [assume({ AWS: "123456789012" }, condition)] },
      identityPolicies: [],
      managedPolicyArns: [],
      location: { file: "template.json" },
      unknowns: [],
    });
    const master = { ArnEquals: { "aws:PrincipalArn": `${OURS}role/master` } };
    const required = { StringLike: { "sts:SourceIdentity": "?*", "aws:RequestTag/agent-roles:task": "?*" } };
    const roles = [role("Open", master), role("Closed", { ...master, ...required })];
    const found = runRules(roles, { ...context, masterRoleArn: `${OURS}role/master`, attributionRequired });
    return found.find((finding) => finding.id === id)?.fix;
  };
  expect(fixOf(false)).toContain("; with a manifest, set attribution: required");
  expect(fixOf(true)).toMatch(/beside sts:AssumeRole$/);
});
