import { isReservedProfileName, parseRoleArn, parseRoleEnv } from "@agent-roles/runtime/role-env";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { parseManifest } from "./parse-manifest.ts";
import { manifestEnv, masterRoleArn, targetRoles } from "./target-roles.ts";

const master = { account: "123456789012", roleName: "agent-master", trustedBy: [{ account: "123456789012" }] };

const manifest = parseManifest(
  stringify({
    partition: "aws-us-gov",
    master,
    roles: [
      { profile: "First", account: "123456789012", roleName: "MyFirstRole", maxSessionDuration: 7200 },
      {
        profile: "Second",
        account: "123456789013",
        roleName: "MySecondRole",
        externalId: "id-2",
        region: "us-gov-west-1",
        sessionPolicyArns: ["arn:aws-us-gov:iam::aws:policy/A", "arn:aws-us-gov:iam::123456789013:policy/B"],
        description: "two: #2",
        environment: "prod",
        default: true,
      },
      {
        profile: "Third",
        account: "123456789013",
        roleName: "MyThirdRole",
        access: "read",
        sessionPolicy: [{ Effect: "Deny", Action: "s3:*", Resource: "arn:aws-us-gov:s3:::it's/*" }],
      },
    ],
  }),
  "agent-roles.yaml",
);

it("numbers the roles in the order of the manifest and writes only what is set", () => {
  expect(manifestEnv(manifest)).toEqual({
    AWS_ROLE_1: "arn:aws-us-gov:iam::123456789012:role/agent-roles/MyFirstRole:First",
    AWS_ROLE_2: "arn:aws-us-gov:iam::123456789013:role/agent-roles/MySecondRole:Second",
    AWS_ROLE_2_EXTERNAL_ID: "id-2",
    AWS_ROLE_2_REGION: "us-gov-west-1",
    AWS_ROLE_2_SESSION_POLICY_ARNS: "arn:aws-us-gov:iam::aws:policy/A,arn:aws-us-gov:iam::123456789013:policy/B",
    AWS_ROLE_2_DESCRIPTION: "two: #2",
    AWS_ROLE_2_ENVIRONMENT: "prod",
    AWS_ROLE_2_DEFAULT: "true",
    AWS_ROLE_3: "arn:aws-us-gov:iam::123456789013:role/agent-roles/MyThirdRole:Third",
    AWS_ROLE_3_ACCESS: "read",
    AWS_ROLE_3_SESSION_POLICY: String.raw`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws-us-gov:s3:::it\u0027s/*"}]}`,
  });
});

it("gives the master a path that the targets do not share", () => {
  expect(masterRoleArn(manifest)).toEqual(
    parseRoleArn("arn:aws-us-gov:iam::123456789012:role/agent-roles-master/agent-master"),
  );
});

it("says of every accepted manifest what the runtime reads back", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_+=,.@-]{1,64}$/);
  const line = fc.stringMatching(/^[ -_a-~\u00a1-\u00ff]{1,60}$/);
  const role = fc.record(
    {
      profile: fc.stringMatching(/^[A-Za-z0-9_@+.%/-]{1,20}$/).filter((name) => !isReservedProfileName(name)),
      account: fc.stringMatching(/^\d{12}$/),
      roleName: word,
      description: line,
      environment: line,
      region: fc.constantFrom("eu-central-1", "ap-southeast-7"),
      externalId: fc.stringMatching(/^[\w+=,.@:/-]{2,40}$/),
      sessionPolicyArns: fc.uniqueArray(
        word.map((name) => `arn:aws:iam::aws:policy/${name.replaceAll(",", "-")}`),
        {
          minLength: 1,
          maxLength: 10,
          selector: (arn) => arn,
        },
      ),
    },
    { requiredKeys: ["profile", "account", "roleName"] },
  );
  const roles = fc.uniqueArray(role, { minLength: 1, maxLength: 5, selector: ({ profile }) => profile });
  fc.assert(
    fc.property(roles, (list) => {
      // One account a role keeps the names from clashing.
      const unique = list.map((item, index) => ({ ...item, account: String(100_000_000_000 + index) }));
      const parsed = parseManifest(stringify({ master, roles: unique }), "agent-roles.yaml");
      const read = parseRoleEnv(manifestEnv(parsed));
      expect(read.roles).toEqual(targetRoles(parsed));
      expect(read.warnings.filter(({ message }) => !message.includes("partition"))).toEqual([]);
    }),
  );
});
