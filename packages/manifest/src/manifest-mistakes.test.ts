import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { describe, expect, it } from "vitest";
import { ManifestError } from "./manifest-error.ts";
import { parseManifest } from "./parse-manifest.ts";

const HEAD = `master:
  account: "123456789012"
  roleName: agent-master
  trustedBy:
    - principal: arn:aws:iam::123456789012:role/host
`;

/** A manifest whose one role, from line 7 on, has these further lines. */
function withRole(...lines: readonly string[]): string {
  const own = ["profile: One", 'account: "123456789013"', "roleName: RoleOne"];
  const named = own.filter((line) => !lines.some((other) => other.startsWith(line.slice(0, line.indexOf(":") + 1))));
  return `${HEAD}roles:\n  - ${[...named, ...lines].join("\n    ")}\n`;
}

function trusting(entry: string): string {
  return withRole("managedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAccess]").replace(
    "    - principal: arn:aws:iam::123456789012:role/host",
    `    - ${entry}`,
  );
}

const described = (each: Diagnostic): string =>
  `${each.line}:${each.column}: ${each.path ?? ""}: ${each.message}; ${each.fix}`;

/** Errors and warnings as `line:column: path: message; fix`. */
function report(text: string): { readonly errors: string[]; readonly warnings: string[] } {
  const warnings: string[] = [];
  try {
    parseManifest(text, "agent-roles.yaml", { onWarning: (problem) => warnings.push(described(problem)) });
    return { errors: [], warnings };
  } catch (error) {
    if (error instanceof ManifestError) return { errors: error.problems.map(described), warnings };
    throw error;
  }
}

const readOnly = "managedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAccess]";
const condition = (operator: string): string =>
  `statements: [{ Effect: Allow, Action: "s3:*", Resource: "*", Condition: { ${operator}: { "aws:PrincipalTag/a": b } } }]`;
const onResource = (arn: string): string => `statements: [{ Effect: Allow, Action: "s3:*", Resource: "${arn}" }]`;

describe("refuses a role, with line, column, value and fix, for", () => {
  it.each([
    [
      "a Region with a letter too many",
      "region: eu-centrall-1",
      '10:13: roles[0].region: "eu-centrall-1" is not a Region; did you mean "eu-central-1"?',
    ],
    ["a Region with letters swapped", "region: us-esat-2", 'did you mean "us-east-2"?'],
    [
      "a Region of another partition",
      "region: cn-north-1",
      "is in partition aws-cn, the manifest in aws; use a Region of aws",
    ],
    [
      "a misspelt AWS managed policy",
      "managedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAcces]",
      '10:23: roles[0].managedPolicies[0]: "arn:aws:iam::aws:policy/ReadOnlyAcces" is not an AWS managed policy; did you mean "arn:aws:iam::aws:policy/ReadOnlyAccess"?',
    ],
    [
      "an AWS managed policy without its path",
      "managedPolicies: [arn:aws:iam::aws:policy/ViewOnlyAccess]",
      "policy/job-function/ViewOnlyAccess",
    ],
    [
      "a session policy in the wrong case",
      "sessionPolicyArns: [arn:aws:iam::aws:policy/securityaudit]",
      "policy/SecurityAudit",
    ],
    [
      "an unknown access level",
      "access: readonly",
      'roles[0].access: "readonly" is not valid; use one of view, read, full',
    ],
    [
      "a managed policy that would add to an access level",
      "access: read\n    sessionPolicyArns: [arn:aws:iam::aws:policy/SecurityAudit]",
      "adds to what the access level read allows",
    ],
    [
      "an Allow statement beside an access level",
      'access: view\n    sessionPolicy: [{ Effect: Allow, Action: "s3:GetObject", Resource: "*" }]',
      "keep only its Deny statements, or set access to full",
    ],
    [
      "a session policy that STS refuses",
      `sessionPolicy: [{ Effect: Deny, Action: "s3:*", Resource: "arn:aws:s3:::${"x".repeat(2048)}" }]`,
      "STS takes 2048",
    ],
    [
      "a policy of service-linked roles",
      "managedPolicies: [arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy]",
      "service-linked roles only",
    ],
    [
      "a policy listed twice",
      "managedPolicies: [arn:aws:iam::aws:policy/SecurityAudit, arn:aws:iam::aws:policy/SecurityAudit]",
      "10:62: roles[0].managedPolicies[1]: ",
    ],
    [
      "eleven policies",
      `managedPolicies: [${Array.from({ length: 11 }, (_, index) => `arn:aws:iam::123456789013:policy/P${index}`).join(", ")}]`,
      "roles[0].managedPolicies[10]: 11 managed policies; IAM attaches 10 to a role",
    ],
    [
      "a boundary of another account",
      "permissionsBoundary: arn:aws:iam::123456789012:policy/Boundary",
      "is not a policy of account 123456789013",
    ],
    [
      "a condition operator that does not exist",
      condition("StringEqual"),
      'Condition.StringEqual: "StringEqual" is not valid; did you mean "StringEquals"?',
    ],
    [
      "a misspelt operator behind a qualifier",
      condition('"ForAnyValue:StringLkie"'),
      'did you mean "ForAnyValue:StringLike"?',
    ],
    ["NullIfExists", condition("NullIfExists"), "it has no IfExists"],
    ["ForAllValues:Null", condition("ForAllValues:Null"), "no set operator"],
    [
      "a resource that is no ARN",
      onResource("arn:x"),
      'roles[0].statements[0].Resource: "arn:x" is not valid; write an ARN of six parts',
    ],
    [
      "an address that is none",
      condition("IpAddress").replace("aws:PrincipalTag/a", "aws:SourceIp").replace(": b", ": 10.0.0.0/33"),
      'roles[0].statements[0].Condition.IpAddress["aws:SourceIp"]: IpAddress aws:SourceIp: "10.0.0.0/33" is not a value of type IP address; write a value of type IP address',
    ],
    ["a date that is none", condition("DateLessThan").replace(": b", ": tomorrow"), "is not a value of type date"],
    ["a Boolean that is none", condition("Bool").replace(": b", ": yes"), '"yes" is not "true" or "false"'],
    ["a number that is none", condition("NumericLessThan"), "is not a value of type number"],
    ["a condition without a value", condition("StringLike").replace(": b", ": []"), "has no value"],
    [
      "a session policy that AWS rejects",
      `${condition("Null")}, access: view`
        .replace(/^statements.*Allow/, "sessionPolicy: [{ Effect: Deny")
        .replace(", access: view", ""),
      'roles[0].sessionPolicy[0].Condition.Null["aws:PrincipalTag/a"]: Null aws:PrincipalTag/a: "b" is not "true" or "false"',
    ],
    ["an ARN of IAM with a Region", onResource("arn:aws:iam:us-east-1:123456789013:role/x"), "without a Region"],
    ["an ARN of IAM of an unknown kind", onResource("arn:aws:iam::123456789013:rol/x"), "write an ARN of IAM"],
    ["a resource ARN of five parts", onResource("arn:aws:s3:my-bucket"), "write an ARN of six parts"],
    [
      "a resource of another partition",
      onResource("arn:aws-cn:s3:::bucket/*"),
      "is in partition aws-cn, the manifest in aws; write arn:aws:",
    ],
    [
      "a name that IAM Identity Center reserves",
      "roleName: AWSReservedSSO_Admin",
      'roles[0].roleName: "AWSReservedSSO_Admin" is not valid; choose another name',
    ],
    ["a name of service-linked roles", "roleName: AWSServiceRoleForAgents", "AWS reserves names"],
    [
      "the name of the deploy role",
      "roleName: OrganizationAccountAccessRole",
      "in account 123456789013 is already taken by the role that deploys the stack",
    ],
    [
      "the name of the deploy role in another case",
      "roleName: organizationaccountaccessrole",
      "the role that deploys the stack",
    ],
    ["a dynamic reference", 'description: "{{resolve:ssm:/prod/secret}}"', "10:18: roles[0].description: "],
    ["a dynamic reference in a tag", 'tags: { team: "a {{resolve:secretsmanager:x}}" }', "is a dynamic reference"],
    ["a dynamic reference in a tag's key", 'tags: { "{{resolve:ssm:x}}": a }', "is a dynamic reference"],
    [
      "a dynamic reference in a condition's key",
      'statements: [{ Effect: Allow, Action: s3:GetObject, Resource: "*", Condition: { StringEquals: { "aws:ResourceTag/{{resolve:ssm:x}}": a } } }]',
      "is a dynamic reference",
    ],
    [
      "a dynamic reference in a condition",
      onResource("arn:aws:s3:::{{resolve:ssm:bucket}}/*"),
      "roles[0].statements[0].Resource: ",
    ],
  ])("%s", (_, line, expected) => {
    const { errors } = report(withRole(line));
    expect(errors.join("\n")).toContain(expected);
    // The characters of a dynamic reference are not valid in a tag anyway.
    expect(errors.length).toBeLessThanOrEqual(line.startsWith("tags:") ? 2 : 1);
  });
});

describe("refuses a manifest for", () => {
  it.each([
    ["a reserved path", `rolePath: /aws-reserved/agents/\n${withRole(readOnly)}`, "1:11: rolePath: "],
    ["the path of service-linked roles", `rolePath: /aws-service-role/x/\n${withRole(readOnly)}`, "AWS reserves"],
    [
      "a deploy role that is a target",
      `deployRoleName: agent-x\n${withRole("roleName: agent-x", readOnly)}`,
      "the role that deploys",
    ],
    ["a master that is the deploy role", `deployRoleName: agent-master\n${withRole(readOnly)}`, "master.roleName: "],
    [
      "a principal with an empty path segment",
      trusting("principal: arn:aws:iam::123456789012:role//host"),
      "5:18: master.trustedBy[0].principal: ",
    ],
    [
      "a cluster of another partition",
      trusting(
        "podIdentity: { clusterArn: arn:aws-cn:eks:cn-north-1:123456789012:cluster/c, namespace: a, serviceAccount: b }",
      ),
      "is in partition aws-cn",
    ],
    [
      "a text in place of the list of trustedBy",
      withRole(readOnly).replace("\n    - principal: ", " "),
      'master.trustedBy: "arn:aws:iam::123456789012:role/host" is not valid; list who can assume the master role',
    ],
    ["an unknown service", trusting("service: lamda"), 'did you mean "lambda"?'],
    [
      "a claim with a wildcard",
      trusting('oidc: { provider: token.actions.githubusercontent.com, subjects: ["repo:a/b:ref:refs/heads/*"] }'),
      "without wildcards",
    ],
    [
      "a claim named like the audience",
      trusting("oidc: { provider: token.actions.githubusercontent.com, subjects: [a], claims: { AUD: b } }"),
      "write the name of a claim other than aud and sub",
    ],
    [
      "an unknown partition, without a report of every ARN",
      `partition: aws-china\n${withRole(readOnly, "region: eu-central-1", onResource("arn:aws:s3:::b/*"))}`,
      '1:12: partition: "aws-china" is not valid',
    ],
    [
      "a policy ARN with a blank, once",
      withRole('managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess "]'),
      '"arn:aws:iam::aws:policy/ReadOnlyAccess " is not valid; write the ARN of a managed policy',
    ],
    [
      "a policy document in the place of statements",
      withRole('statements: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }'),
      "statements: these fields are not valid; write the list below its Statement",
    ],
    [
      "a policy document in the place of a statement",
      withRole('statements: [{ Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "*" }] }]'),
      "statements[0]: is a policy document, not a statement; write the list below its Statement",
    ],
    [
      "a policy document in JSON text",
      withRole(`statements: '{"Statement": []}'`),
      "is not valid; write the list below its Statement",
    ],
    [
      "a long text, shortened",
      withRole(readOnly, `account: "${"1".repeat(5000)}"`),
      `${"1".repeat(199)}… is not valid`,
    ],
    [
      "a session tag that is a tag of a role",
      `attribution: { sessionTags: [Team] }\n${withRole(readOnly, "tags: { team: a }")}`,
      '1:30: attribution.sessionTags[0]: "Team" is also a tag of the role RoleOne',
    ],
  ])("%s", (_, text, expected) => {
    const { errors } = report(text);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });
});

describe("warns, and accepts the manifest, for", () => {
  it.each([
    ["a role without permissions", withRole(), "7:5: roles[0]: the role has no permissions"],
    [
      "administrator access",
      withRole("managedPolicies: [arn:aws:iam::aws:policy/AdministratorAccess]"),
      "privilege escalation",
    ],
    [
      "a Region that can be new",
      withRole(readOnly, "region: eu-central-7"),
      '11:13: roles[0].region: "eu-central-7" is not a Region that this version knows',
    ],
    [
      "an AWS managed policy that can be new",
      withRole("managedPolicies: [arn:aws:iam::aws:policy/AmazonQuantumFooFullAccess]"),
      "is not an AWS managed policy that this version knows",
    ],
    [
      "a new version of a known policy",
      withRole("managedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAccessV9]"),
      "that this version knows",
    ],
    [
      "a third party without external ID",
      `${trusting("principal: arn:aws:iam::999999999999:role/host")}trust: { allowedAccounts: ["999999999999"] }\n`,
      "5:18: master.trustedBy[0].principal: account 999999999999 is a third party",
    ],
  ])("%s", (_, text, expected) => {
    const { errors, warnings } = report(text);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(expected)]);
  });
});

it.each([
  [
    "a GitHub environment with a blank",
    trusting('oidc: { provider: token.actions.githubusercontent.com, subjects: ["repo:a/b:environment:My Env"] }'),
  ],
  ["Google as the provider", trusting('oidc: { provider: accounts.google.com, audience: abc, subjects: ["123"] }')],
  [
    "further claims",
    trusting(
      'oidc: { provider: token.actions.githubusercontent.com, subjects: [a], claims: { repository_id: "42", job_workflow_ref: [x, y] }, create: true }',
    ),
  ],
  ["a SAML provider", trusting("saml: { provider: Okta, subjects: [alice@example.com] }")],
  ["organization paths", trusting("organizationPaths: [o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/]")],
  ["another service", trusting("service: codebuild")],
  [
    "twelve policies where AWS has raised the quota",
    `${withRole(`managedPolicies: [${Array.from({ length: 12 }, (_, index) => `arn:aws:iam::123456789013:policy/P${index}`).join(", ")}]`)}trust: { quotas: { attachedPolicies: 20 } }\n`,
  ],
  ["policy variables and wildcards in ARNs", withRole(onResource("arn:*:s3:::${aws:PrincipalTag/team}/*"))],
  [
    "ARNs of IAM",
    withRole(
      onResource("arn:aws:iam::*:role/a/*"),
      onResource("arn:aws:iam::aws:policy/x").replace("statements", "sessionPolicy").replace("Allow", "Deny"),
    ),
  ],
  ["operators in any case", withRole(condition('"forallvalues:stringequalsIfExists"'))],
  [
    "a customer managed policy of the account",
    withRole("managedPolicies: [arn:aws:iam::123456789013:policy/own/ReadOnlyAcces]"),
  ],
  ["keys that begin with x-", `x-common: &c { ${readOnly} }\n${withRole("<<: *c")}`],
])("accepts %s", (_, text) => {
  expect(report(text)).toEqual({ errors: [], warnings: [] });
});

describe("explains YAML that cannot be read, for", () => {
  it.each([
    [
      "a tab",
      withRole(readOnly).replace("    roleName: RoleOne", "\troleName: RoleOne"),
      '9:1: : a tab at the beginning of "roleName: RoleOne"; indent with spaces',
    ],
    [
      "a colon in a text",
      withRole(readOnly, "description: Reads: the reports"),
      'two times ": " in "description: Reads: the reports"; put the text after the first',
    ],
    [
      "two documents",
      `${withRole(readOnly)}---\n${withRole(readOnly)}`,
      "a second YAML document begins here; keep one document",
    ],
    ["an open quotation mark", withRole(readOnly, 'description: "Reads'), "close every quotation mark"],
    [
      "an open list",
      withRole("managedPolicies: [arn:aws:iam::aws:policy/SecurityAudit"),
      "close every quotation mark, [ and {",
    ],
    [
      "a merge of a text",
      withRole(readOnly, "<<: hello"),
      "a value of << is not an object; write << with an alias of an object, such as <<: *common",
    ],
    [
      "a number that YAML reads as infinite",
      withRole(readOnly, "maxSessionDuration: 1e400"),
      "roles[0].maxSessionDuration: 1e400 is not valid; write whole seconds, from 3600 to 43200",
    ],
    ["a text that begins with @", withRole(readOnly, "description: @team"), "put the text in quotes"],
  ])("%s", (_, text, expected) => {
    const { errors } = report(text);
    expect(errors.join("\n")).toContain(expected);
    expect(errors.join("\n")).not.toMatch(
      /YAML\.parse|Merge sources|Excessive|compact mappings|implicit key|Tabs are not allowed/i,
    );
  });
});
