import type { AssumeRoleRequest, PolicyDocument } from "@agent-roles/trust";
import type { Random } from "./random.ts";

const ACCOUNT = "123456789012";
const OTHER = "123456789013";
const CALLER = `arn:aws:iam::${ACCOUNT}:role/agent-roles/agent-master`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/agent-master/s1`;
const USER = `arn:aws:iam::${ACCOUNT}:user/agent`;
const ORG = "o-a1b2c3d4e5";

type Json = Record<string, unknown>;

/** One AssumeRole request out of a vocabulary so small that statements often fit, and often nearly. */
export function randomRequest(random: Random): AssumeRoleRequest {
  const isUser = random.chance(20);
  const target = `arn:aws:iam::${random.pick([ACCOUNT, OTHER, OTHER])}:role/agent-roles/Target`;
  return {
    caller: {
      arn: isUser ? USER : SESSION,
      principalArn: isUser ? USER : CALLER,
      identityPolicies: policies(random, 2, target),
      ...(random.chance(20) && { permissionsBoundary: policy(random, target) }),
      ...(!isUser && random.chance(15) && { sessionPolicies: [policy(random, target)] }),
      ...(random.chance(15) && { scps: [[policy(random, target)]] }),
      ...(random.chance(50) && { orgId: ORG }),
      ...(random.chance(40) && { tags: { team: random.pick(["a", "b"]) } }),
    },
    role: {
      arn: target,
      trustPolicy: trustPolicy(random),
      ...(random.chance(50) && { orgId: ORG }),
      ...(random.chance(20) && { tags: { team: random.pick(["a", "b"]) } }),
      ...(random.chance(10) && { rcps: [[denyOnly(random)]] }),
    },
    request: {
      roleSessionName: random.pick(["s1", "a", "b"]),
      ...(random.chance(50) && { externalId: random.pick(["a", "b", "A"]) }),
      ...(random.chance(25) && { sessionTags: random.pick([{ team: "a" }, { team: "b", stage: "x" }]) }),
      ...(random.chance(20) && { sourceIdentity: random.pick(["a", "b"]) }),
      context: {
        "aws:SourceIp": random.pick(["203.0.113.7", "198.51.100.7"]),
        "aws:CurrentTime": "2025-06-01T00:00:00Z",
      },
    },
  };
}

function policies(random: Random, most: number, target: string): PolicyDocument[] {
  return Array.from({ length: random.below(most + 1) }, () => policy(random, target));
}

function policy(random: Random, target: string): PolicyDocument {
  return {
    Version: version(random),
    Statement: statements(random, () => ({
      Effect: random.chance(85) ? "Allow" : "Deny",
      ...(random.chance(95) ? { Action: action(random) } : { NotAction: random.pick(["s3:*", "sts:TagSession"]) }),
      Resource: random.pick([
        "*",
        target,
        "arn:aws:iam::*:role/agent-roles/*",
        `arn:aws:iam::${OTHER}:role/*`,
        "arn:aws:s3:::b",
      ]),
      ...condition(random),
    })),
  };
}

/** All that a resource control policy may say. */
function denyOnly(random: Random): PolicyDocument {
  const statement = { Effect: "Deny", Principal: "*", Action: action(random), Resource: "*", ...condition(random) };
  return { Version: "2012-10-17", Statement: statement };
}

function trustPolicy(random: Random): PolicyDocument {
  return {
    Version: version(random),
    Statement: statements(random, () => ({
      Effect: random.chance(85) ? "Allow" : "Deny",
      Principal: principal(random),
      Action: action(random),
      ...condition(random),
    })),
  };
}

function statements(random: Random, make: () => Json): Json | Json[] {
  return random.chance(30) ? make() : Array.from({ length: 1 + random.below(3) }, make);
}

function version(random: Random): string {
  return random.chance(90) ? "2012-10-17" : "2008-10-17";
}

function principal(random: Random): unknown {
  const one = (): string =>
    random.pick([ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`, CALLER, CALLER, SESSION, USER, `${CALLER}2`, OTHER]);
  if (random.chance(10)) return random.pick<unknown>(["*", { AWS: "*" }]);
  if (random.chance(5)) return { Service: "ec2.amazonaws.com" };
  return { AWS: random.chance(50) ? one() : [one(), one()] };
}

function action(random: Random): string | string[] {
  const one = (): string =>
    random.pick([
      "sts:AssumeRole",
      "sts:AssumeRole",
      "sts:*",
      "sts:TagSession",
      "sts:SetSourceIdentity",
      "sts:assume*",
      "*",
    ]);
  return random.chance(40)
    ? one()
    : ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"].slice(random.below(2));
}

const TEXT_KEYS = [
  "sts:ExternalId",
  "sts:ExternalId",
  "sts:RoleSessionName",
  "sts:SourceIdentity",
  "aws:PrincipalTag/team",
  "aws:RequestTag/team",
  "aws:ResourceTag/team",
  "STS:externalid",
] as const;
const TEXT_OPERATORS = [
  "StringEquals",
  "StringNotEquals",
  "StringLike",
  "StringNotLike",
  "StringEqualsIgnoreCase",
] as const;

function condition(random: Random): Json {
  if (random.chance(45)) return {};
  const clauses = [clause(random), ...(random.chance(25) ? [clause(random)] : [])];
  return { Condition: Object.fromEntries(clauses) };
}

function clause(random: Random): [string, Json] {
  const ifExists = random.chance(15) ? "IfExists" : "";
  const values = (...all: readonly [string, ...string[]]): string | string[] =>
    random.chance(60) ? random.pick(all) : [random.pick(all), random.pick(all)];
  switch (random.below(8)) {
    case 0:
      return [
        `${random.pick(["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"])}${ifExists}`,
        {
          "aws:PrincipalArn": values(
            CALLER,
            `arn:aws:iam::${ACCOUNT}:role/*`,
            USER,
            `arn:aws:iam::*:role/agent-roles/*`,
          ),
        },
      ];
    case 1:
      return [
        `${random.pick(["StringEquals", "StringNotEquals"])}${ifExists}`,
        { "aws:PrincipalOrgID": values(ORG, "o-z9y8x7w6v5") },
      ];
    case 2:
      return ["Null", { [random.pick(TEXT_KEYS)]: random.pick(["true", "false"]) }];
    case 3:
      return [
        `${random.pick(["ForAllValues:", "ForAnyValue:"])}${random.pick(["StringEquals", "StringLike"])}`,
        { "aws:TagKeys": values("team", "stage", "*") },
      ];
    case 4:
      return [random.pick(["IpAddress", "NotIpAddress"]), { "aws:SourceIp": values("203.0.113.0/24", "10.0.0.0/8") }];
    case 5:
      return [
        random.pick(["DateLessThan", "DateGreaterThan"]),
        { "aws:CurrentTime": random.pick(["2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]) },
      ];
    default:
      return [
        `${random.pick(TEXT_OPERATORS)}${ifExists}`,
        { [random.pick(TEXT_KEYS)]: values("a", "b", "A", "a*", "?", "${aws:PrincipalTag/team}", "${sts:ExternalId}") },
      ];
  }
}
