import { describe, expect, it } from "vitest";
import { ManifestError } from "./manifest-error.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";

const valid = `master:
  account: "123456789012"
  roleName: agent-master
  trustedBy:
    - account: "123456789012"
roles:
  - profile: MyFirstAccount
    account: "123456789012"
    roleName: MyFirstRole
  - profile: MySecondAccount
    account: "123456789013"
    roleName: MySecondRole
`;

function failure(text: string): ManifestError {
  try {
    parseManifest(text, "agent-roles.yaml");
  } catch (error) {
    if (error instanceof ManifestError) return error;
    throw error;
  }
  throw new Error("the manifest was accepted");
}

function problems(text: string): ManifestError["problems"] {
  return failure(text).problems;
}

/** The valid manifest with fields added to its first role. */
function withRole(fields: string): string {
  return valid.replace("    roleName: MyFirstRole\n", `    roleName: MyFirstRole\n${fields}`);
}

/** The valid manifest whose master is trusted by one other entry. */
function trusting(entry: string): string {
  return valid.replace('    - account: "123456789012"\n', `    - ${entry}\n`);
}

it("fills in every default", () => {
  expect(parseManifest(valid, "f")).toMatchObject({
    partition: "aws",
    deployRoleName: "OrganizationAccountAccessRole",
    rolePath: "/agent-roles/",
    master: { path: "/agent-roles-master/" },
  } satisfies Partial<Record<keyof Manifest, unknown>>);
});

it("reports every mistake at once, in the order of the file, each with place, path and fix", () => {
  const text = `master:
  account: 012345678901
  rolename: agent
  trustedBy: []
roles:
  - profile: a b
    account: "12"
    roleName: R
    default: yes
`;
  expect(failure(text).message.split("\n")).toEqual([
    "agent-roles.yaml:2:3: master.roleName: is missing; use 1 to 64 of: letters, digits, _ + = , . @ -",
    'agent-roles.yaml:2:12: master.account: 012345678901 without quotes is a number, not a text; quote it: "012345678901"',
    'agent-roles.yaml:3:3: master.rolename: "rolename" is unknown; did you mean "roleName"?',
    "agent-roles.yaml:4:14: master.trustedBy: is an empty list; list who can assume the master role, 1 to 20 entries",
    'agent-roles.yaml:6:14: roles[0].profile: "a b" is not valid; use letters, digits and _ @ + . % / - only, so that every AWS SDK can read it',
    'agent-roles.yaml:7:14: roles[0].account: "12" is not valid; write the twelve digits in quotes',
    'agent-roles.yaml:9:14: roles[0].default: "yes" is not valid; use true on one role, or leave it out',
  ]);
});

it("explains how to quote what YAML reads as a number or a boolean", () => {
  expect(problems(withRole("    externalId: 1234\n    environment: true\n")).map(({ fix }) => fix)).toEqual([
    'quote it: "1234"',
    'quote it: "true"',
  ]);
});

it("names a file that is empty, or something else, as a whole", () => {
  expect(problems("")).toMatchObject([{ line: 1, column: 1, path: "", message: "is empty" }]);
  expect(problems("hello\n")).toMatchObject([{ line: 1, path: "", message: '"hello" is not valid' }]);
});

it("expands attribution: required", () => {
  expect(parseManifest(`${valid}attribution: required\n`, "agent-roles.yaml").attribution).toEqual({ required: true });
});

it.each([
  "attribution: mandatory",
  "attribution: { required: yes please }",
  "attribution: { required: true, taskIds: [] }",
  "attribution: { taskIds: [INC-*] }",
])("refuses %s", (text) => {
  expect(problems(`${valid}${text}\n`).map(({ path }) => path)).toEqual([expect.stringMatching(/^attribution/)]);
});

describe("a role", () => {
  it.each([
    ["profile grammar", 'profile: "a b"', "roles[0].profile"],
    ["the profile default", "profile: default", "roles[0].profile"],
    ["an external ID of one character", "externalId: x", "roles[0].externalId"],
    ["an external ID with a blank", "externalId: a b", "roles[0].externalId"],
    ["a Region that is none", "region: Frankfurt", "roles[0].region"],
    ["a session below an hour", "maxSessionDuration: 900", "roles[0].maxSessionDuration"],
    ["a session above twelve hours", "maxSessionDuration: 43201", "roles[0].maxSessionDuration"],
    ["half seconds", "maxSessionDuration: 3600.5", "roles[0].maxSessionDuration"],
    ["a policy's name for its ARN", "managedPolicies: [ReadOnlyAccess]", "roles[0].managedPolicies[0]"],
    [
      "a comma in a session policy",
      'sessionPolicyArns: ["arn:aws:iam::aws:policy/a,b"]',
      "roles[0].sessionPolicyArns[0]",
    ],
    ["a description of two lines", 'description: "one\\ntwo"', "roles[0].description"],
    ["a terminal escape in a description", 'description: "\\e[31m"', "roles[0].description"],
    ["letters that IAM refuses in a description", "description: 日本", "roles[0].description"],
    ["a backquote, which dotenv could not quote", "environment: a`b", "roles[0].environment"],
    ["a tag in AWS's own space", "tags: { aws:x: y }", 'roles[0].tags["aws:x"]'],
    ["tags that differ in case only", "tags: { Team: a, team: b }", "roles[0].tags"],
    [
      "more than fifty tags",
      `tags: {${Array.from({ length: 51 }, (_, index) => ` t${index}: x`).join()} }`,
      "roles[0].tags",
    ],
    ["a field that is empty", "region:", "roles[0].region"],
    [
      "one Sid twice",
      'statements: [{ Sid: A, Effect: Allow, Action: "*", Resource: "*" }, { Sid: A, Effect: Deny, Action: "*", Resource: "*" }]',
      "roles[0].statements",
    ],
    ["a statement without a resource", 'statements: [{ Effect: Allow, Action: "*" }]', "roles[0].statements[0]"],
  ])("is refused for %s", (_, field, path) => {
    const name = field.slice(0, field.indexOf(":"));
    const text = name === "profile" ? valid.replace("profile: MyFirstAccount", field) : withRole(`    ${field}\n`);
    expect(problems(text).map((problem) => problem.path)).toEqual([path]);
  });

  it("is accepted with everything set", () => {
    const text = withRole(`    description: "it's a \\"role\\", 100 % fine: ü"
    environment: production
    region: eu-west-3
    managedPolicies: [arn:aws:iam::aws:policy/job-function/ViewOnlyAccess, arn:aws:iam::123456789012:policy/Own]
    statements:
      - { Sid: Read, Effect: Allow, Action: [s3:GetObject], Resource: "*", Condition: { Bool: { aws:SecureTransport: true } } }
      - { Effect: Deny, NotAction: iam:*, NotResource: arn:aws:iam::*:role/x }
    permissionsBoundary: arn:aws:iam::123456789012:policy/Bound
    maxSessionDuration: 43200
    externalId: a-b_c/d:e@f
    sessionPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
    default: true
    tags: { team: data, cost center: "42" }
`);
    expect(parseManifest(text, "f").roles[0]).toMatchObject({ maxSessionDuration: 43_200, default: true });
  });
});

describe("trustedBy", () => {
  it.each([
    `{ account: "123456789012", externalId: partner-1 }`,
    "{ principal: arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_* }",
    "{ service: ecs-tasks }",
    "{ podIdentity: { clusterArn: arn:aws:eks:eu-central-1:123456789012:cluster/c1, namespace: agents, serviceAccount: a } }",
    "{ oidc: { provider: token.actions.githubusercontent.com, subjects: ['repo:o/r:environment:prod'] } }",
    "{ rolesAnywhere: { trustAnchorArn: arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555, subject: { CN: agent } } }",
  ])("takes %s", (entry) => {
    expect(parseManifest(trusting(entry), "f").master.trustedBy).toHaveLength(1);
  });

  it.each([
    ["nothing", "{}", "master.trustedBy[0]"],
    ["two ways in one entry", '{ account: "123456789012", service: ec2 }', "master.trustedBy[0]"],
    ["an unknown service", "{ service: ec3 }", "master.trustedBy[0].service"],
    ["a misspelt field", '{ account: "123456789012", extenalId: x }', "master.trustedBy[0].extenalId"],
    ["a session's ARN", "{ principal: arn:aws:sts::123456789012:assumed-role/a/s }", "master.trustedBy[0].principal"],
    ["any account", "{ principal: arn:aws:iam::*:role/a }", "master.trustedBy[0].principal"],
    [
      "a wildcard subject",
      "{ oidc: { provider: x.y, subjects: ['repo:o/r:*'] } }",
      "master.trustedBy[0].oidc.subjects[0]",
    ],
    ["another partition", "{ principal: arn:aws-cn:iam::123456789012:role/a }", "master.trustedBy[0].principal"],
  ])("refuses %s", (_, entry, path) => {
    expect(problems(trusting(entry)).map((problem) => problem.path)).toEqual([path]);
  });

  it("refuses a certificate of any subject", () => {
    const entry =
      "{ rolesAnywhere: { trustAnchorArn: arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555, subject: {} } }";
    expect(problems(trusting(entry))).toMatchObject([{ path: "master.trustedBy[0].rolesAnywhere.subject" }]);
  });
});

describe("between fields", () => {
  it.each([
    ["a profile twice", valid.replace("MySecondAccount", "MyFirstAccount"), "roles[1].profile", 10],
    [
      "a role twice in an account, whatever the case",
      valid.replace("MySecondRole", "myfirstrole").replace('"123456789013"', '"123456789012"'),
      "roles[1].roleName",
      12,
    ],
    ["a role of the master's name", valid.replace("MyFirstRole", "agent-master"), "roles[0].roleName", 9],
    ["two defaults", `${withRole("    default: true\n")}    default: true\n`, "roles[1].default", 14],
    [
      "a master that could assume itself",
      valid.replace("agent-master\n", "agent-master\n  path: /agent-roles/master/\n"),
      "master.path",
      4,
    ],
    [
      "a policy of another account",
      withRole("    permissionsBoundary: arn:aws:iam::123456789013:policy/x\n"),
      "roles[0].permissionsBoundary",
      10,
    ],
    [
      "a policy of another partition",
      withRole("    managedPolicies:\n      - arn:aws-cn:iam::aws:policy/x\n"),
      "roles[0].managedPolicies[0]",
      11,
    ],
    ["the root path", `rolePath: /\n${valid}`, "rolePath", 1],
  ])("refuses %s", (_, text, path, line) => {
    expect(problems(text)).toMatchObject([{ path, line }]);
  });

  it("reports clashes beside mistakes of other kinds", () => {
    const text = valid.replace("MySecondAccount", "MyFirstAccount").replace('"123456789013"', "123456789013");
    expect(problems(text).map(({ path }) => path)).toEqual(["roles[1].profile", "roles[1].account"]);
  });

  it("takes the same role name in two accounts", () => {
    expect(parseManifest(valid.replace("MySecondRole", "MyFirstRole"), "f").roles).toHaveLength(2);
  });
});
