import { expect, it } from "vitest";
import { ManifestError } from "./manifest-error.ts";
import { parseManifest } from "./parse-manifest.ts";

const manifest = (settings: string, roles = read): string => `
master: { account: "123456789012", roleName: agent-master, trustedBy: [{ account: "123456789012" }] }
accounts: [{ alias: dev, id: "123456789013" }, { alias: prod, id: "123456789014", environment: production }]
${settings}
roles:
${roles}`;

const read = `  - { profile: "{alias}-read", accounts: all, roleName: agent-read, managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }`;
const role = (fields: string): string =>
  read.replace("accounts: all", "accounts: all, region: eu-central-1").replace(" }", `, ${fields} }`);
const sets = (fields: string): string => `deployment: stack-sets\nstackSets: { ${fields} }`;

function errors(text: string): string[] {
  try {
    parseManifest(text, "m.yaml");
    return [];
  } catch (error) {
    return error instanceof ManifestError
      ? error.problems.map(({ path, message, fix }) => `${path}: ${message}; ${fix}`)
      : [];
  }
}

it.each([
  ["stack sets without settings", manifest("deployment: stack-sets")],
  ["accounts, the default", manifest("deployment: accounts")],
  [
    "organizational units",
    manifest(
      sets(
        'organizationalUnits: [ou-ab12-11111111, r-ab12], retainOnAccountRemoval: true, delegatedAdministrator: true, administrationAccount: "123456789015"',
      ),
    ),
  ],
  [
    "roles of self-managed stack sets and preferences",
    manifest(
      sets(
        "administrationRoleName: Admin, executionRoleName: Exec, failureTolerancePercentage: 0, maxConcurrentPercentage: 100",
      ),
    ),
  ],
  [
    "texts that differ by the account ID",
    manifest("deployment: stack-sets", role('permissionsBoundary: "arn:aws:iam::{account}:policy/boundary"')),
  ],
  [
    "values that become variables only",
    manifest("deployment: stack-sets", role('sessionPolicyArns: ["arn:aws:iam::{account}:policy/session"]')),
  ],
])("accepts %s", (_, text) => {
  expect(errors(text)).toEqual([]);
});

it.each([
  [
    "another engine",
    manifest("deployment: stacksets"),
    'deployment: "stacksets" is not valid; use accounts or stack-sets',
  ],
  ["a deployment without a value", manifest("deployment:"), "deployment: is empty; use accounts or stack-sets"],
  [
    "settings without the deployment",
    manifest("stackSets: { maxConcurrentPercentage: 5 }"),
    "stackSets: stackSets has no effect without deployment: stack-sets; add deployment: stack-sets, or remove stackSets",
  ],
  [
    "settings with the other deployment",
    manifest("deployment: accounts\nstackSets: { maxConcurrentPercentage: 5 }"),
    "stackSets: stackSets has no effect without deployment: stack-sets; add deployment: stack-sets, or remove stackSets",
  ],
  [
    "a misspelt field",
    manifest(sets("organisationalUnits: [ou-ab12-11111111]")),
    'stackSets.organisationalUnits: "organisationalUnits" is unknown; did you mean "organizationalUnits"?',
  ],
  [
    "the ARN of a unit",
    manifest(sets('organizationalUnits: ["arn:aws:organizations::123456789012:ou/o-a1b2c3d4e5/ou-ab12-11111111"]')),
    "write the ID of an organizational unit or of the root, such as ou-ab12-11111111",
  ],
  [
    "the path of a unit",
    manifest(sets("organizationalUnits: [o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/]")),
    "write the ID of an organizational unit or of the root, such as ou-ab12-11111111",
  ],
  ["no unit", manifest(sets("organizationalUnits: []")), "list 1 to 100 organizational units"],
  [
    "one unit without a list",
    manifest(sets("organizationalUnits: ou-ab12-11111111")),
    "list 1 to 100 organizational units",
  ],
  [
    "a unit twice",
    manifest(sets("organizationalUnits: [ou-ab12-11111111, ou-ab12-22222222, ou-ab12-11111111]")),
    'stackSets.organizationalUnits[2]: "ou-ab12-11111111" is listed twice; keep it once',
  ],
  [
    "roles of self-managed stack sets with units",
    manifest(sets("organizationalUnits: [r-ab12], executionRoleName: Exec")),
    'stackSets.executionRoleName: "executionRoleName" is not used with organizationalUnits: CloudFormation has roles of its own; remove it',
  ],
  [
    "retention without units",
    manifest(sets("retainOnAccountRemoval: true")),
    'stackSets.retainOnAccountRemoval: "retainOnAccountRemoval" needs organizationalUnits; add organizationalUnits, or remove it',
  ],
  ["a percentage above 100", manifest(sets("failureTolerancePercentage: 101")), "write a whole number from 0 to 100"],
  ["a percentage as a text", manifest(sets('failureTolerancePercentage: "10%"')), "write a whole number from 0 to 100"],
  ["no concurrency", manifest(sets("maxConcurrentPercentage: 0")), "write a whole number from 1 to 100"],
  [
    "a huge number",
    manifest(sets("maxConcurrentPercentage: 99999999999999999999")),
    "write a whole number from 1 to 100",
  ],
  ["half a percentage", manifest(sets("maxConcurrentPercentage: 0.5")), "write a whole number from 1 to 100"],
  ["a YAML word", manifest(sets("organizationalUnits: [r-ab12], retainOnAccountRemoval: yes")), "write true or false"],
  [
    "an account without quotes",
    manifest(sets("administrationAccount: 012345678901")),
    'stackSets.administrationAccount: 012345678901 without quotes is a number, not a text; quote it: "012345678901"',
  ],
  [
    "a target named like the execution role",
    manifest("deployment: stack-sets", read.replace("agent-read,", "awscloudformationstacksetexecutionrole,")),
    "is already taken by the role that deploys the stack (stackSets.executionRoleName); choose another name",
  ],
  [
    "a role in some accounts only",
    manifest("deployment: stack-sets", `${read}\n${read.replaceAll("read", "write").replace("all", "[dev]")}`),
    '"agent-write" is not in account 123456789014: a StackSet gives every account the same roles',
  ],
  [
    "a role name by alias",
    manifest("deployment: stack-sets", read.replace("roleName: agent-read", 'roleName: "agent-{alias}"')),
    'roles[0].roleName: "agent-dev" is not in account 123456789014',
  ],
  [
    "a text by alias",
    manifest("deployment: stack-sets", role('externalId: "agent-roles-{alias}-7f3c91d2"')),
    'roles[0].roleName: "agent-read" differs between accounts 123456789013 and 123456789014',
  ],
  ["a map instead of the word", manifest("deployment: { engine: stack-sets }"), "use accounts or stack-sets"],
  ["a list of settings", manifest("deployment: stack-sets\nstackSets: [r-ab12]"), "stackSets"],
])("explains %s", (_, text, expected) => {
  expect(errors(text).join("\n")).toContain(expected);
});
