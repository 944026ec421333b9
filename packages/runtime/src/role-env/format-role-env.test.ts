import fc from "fast-check";
import { expect, it } from "vitest";
import { formatRoleEnv } from "./format-role-env.ts";
import { isReservedProfileName } from "./grammar.ts";
import { parseRoleEnv } from "./parse-role-env.ts";
import { parseRoleArn, type RoleArn } from "./role-arn.ts";
import { ACCESS_LEVELS, type RoleEnv, type TargetRole } from "./target-role.ts";

const text = (characters: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters.split("")), minLength, maxLength });
const NAME = "abcXYZ019_+=,.@-";

const role: fc.Arbitrary<RoleArn> = fc
  .record({
    partition: fc.constantFrom("aws", "aws-cn", "aws-us-gov", "aws-iso-b"),
    accountId: text("0123456789", 12, 12),
    path: fc.constantFrom("/", "/agent-roles/", "/a/b!c/"),
    roleName: text(NAME, 1, 64),
  })
  .map(({ partition, accountId, path, roleName }) => {
    const parsed = parseRoleArn(`arn:${partition}:iam::${accountId}:role${path}${roleName}`);
    if (!parsed) throw new Error(`not an ARN: ${roleName}`);
    return parsed;
  });

const option = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const externalId = text(`${NAME}:/`, 2, 40);
const sessionName = text(NAME, 2, 64);

const DENY_POLICY = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::it's"}}`;

const target: fc.Arbitrary<Omit<TargetRole, "number">> = fc
  .record({
    profile: text("abcXYZ019_@+.%/-", 1, 20).filter((name) => !isReservedProfileName(name)),
    role,
    externalId: option(externalId),
    region: option(fc.constantFrom("eu-central-1", "us-gov-west-1")),
    durationSeconds: option(fc.integer({ min: 900, max: 43_200 })),
    access: option(fc.constantFrom(...ACCESS_LEVELS)),
    sessionPolicy: option(fc.constant(DENY_POLICY)),
    sessionPolicyArns: option(
      fc.array(fc.constant("arn:aws:iam::aws:policy/ReadOnlyAccess"), { minLength: 1, maxLength: 10 }),
    ),
    description: option(fc.string({ minLength: 1 })),
    environment: option(fc.string({ minLength: 1 })),
  })
  // Beside an access level, a managed policy would add to what it allows.
  .map(({ access, sessionPolicyArns, ...rest }) =>
    withoutUndefined({ ...rest, access, ...(access === undefined && { sessionPolicyArns }) }),
  );

const roleEnv: fc.Arbitrary<RoleEnv> = fc
  .record({
    roles: fc.uniqueArray(target, { selector: ({ profile }) => profile, maxLength: 12 }),
    defaultIndex: fc.nat(20),
    master: option(fc.record({ role, externalId: option(externalId) }).map(withoutUndefined)),
    roleSessionName: option(sessionName),
    sourceIdentity: option(sessionName),
    sessionTags: option(
      fc.dictionary(
        text("abcdef019_.:/=+@-".replace("=", ""), 1, 20),
        text("ABC 019=", 1, 20).map((t) => t.trim()),
        { minKeys: 1, maxKeys: 5 },
      ),
    ),
  })
  .map(({ roles, defaultIndex, ...rest }) =>
    withoutUndefined({
      ...rest,
      roles: roles.map((each, index) => ({
        ...each,
        number: index + 1,
        ...(index === defaultIndex && { default: true as const }),
      })),
    }),
  );

/** Absent and undefined are one thing to the contract, and two to a deep comparison. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(value));
}

it("writes what parseRoleEnv reads back, whatever the roles", () => {
  fc.assert(
    fc.property(roleEnv, (env) => {
      expect(parseRoleEnv(formatRoleEnv(env))).toMatchObject(env);
    }),
    { numRuns: 500 },
  );
});

it("writes the variables in the order of the roles, without quotes", () => {
  const variables = formatRoleEnv(
    parseRoleEnv({
      AWS_ROLE_2: "arn:aws:iam::123456789013:role/b:B",
      AWS_ROLE_1: "arn:aws:iam::123456789012:role/a:A",
    }),
  );
  expect(Object.entries(variables)).toEqual([
    ["AWS_ROLE_1", "arn:aws:iam::123456789012:role/a:A"],
    ["AWS_ROLE_2", "arn:aws:iam::123456789013:role/b:B"],
  ]);
});
