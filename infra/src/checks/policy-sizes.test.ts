import { expect, it } from "vitest";
import { exampleManifest, manyRoles } from "../example.test-helper.ts";
import { policySizeProblems } from "./policy-sizes.ts";

const role = { profile: "P", account: "123456789013", roleName: "R" };
const arn = "arn:aws:iam::123456789013:role/agent-roles/R";
const masterArn = "arn:aws:iam::123456789012:role/agent-roles-master/agent-master";

it("finds no policy of the example too large", () => {
  expect(policySizeProblems(exampleManifest())).toEqual([]);
});

it("names the role, the size, the quota and the fix of a trust policy that is too large", () => {
  const master = {
    account: "123456789012",
    roleName: "m".repeat(64),
    path: `/${"p".repeat(510)}/`,
    trustedBy: [{ account: "123456789012" }],
  };
  const problems = policySizeProblems(exampleManifest({ master, roles: [{ ...role, externalId: "x".repeat(1224) }] }));
  expect(problems).toEqual([
    {
      path: arn,
      message: "the trust policy has 2053 characters, IAM accepts 2048",
      fix: expect.stringContaining("or set trust.quotas.trustPolicy"),
    },
  ]);
});

it("takes the quotas that the manifest says AWS has raised", () => {
  const trustedBy = Array.from({ length: 20 }, (_, index) => ({ account: String(100_000_000_000 + index) }));
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  expect(policySizeProblems(exampleManifest({ master, trust: { quotas: { trustPolicy: 4096 } } }))).toEqual([]);
  const Resource = Array.from({ length: 300 }, (_, index) => `arn:aws:s3:::a-bucket-with-a-long-name-${index}/*`);
  const roles = [{ ...role, statements: [{ Effect: "Allow", Action: "s3:GetObject", Resource }] }];
  expect(policySizeProblems(exampleManifest({ roles, trust: { quotas: { roleInlinePolicies: 20_000 } } }))).toEqual([]);
});

it("finds an inline policy that is too large", () => {
  const Resource = Array.from({ length: 300 }, (_, index) => `arn:aws:s3:::a-bucket-with-a-long-name-${index}/*`);
  const roles = [{ ...role, statements: [{ Effect: "Allow", Action: "s3:GetObject", Resource }] }];
  expect(policySizeProblems(exampleManifest({ roles }))).toMatchObject([
    { path: arn, message: expect.stringMatching(/^the inline policy has \d+ characters, IAM accepts 10240$/) },
  ]);
});

it("finds a master with too many trusted principals", () => {
  const trustedBy = Array.from({ length: 20 }, (_, index) => ({
    account: String(100_000_000_000 + index),
    externalId: `partner-${index}`,
  }));
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  expect(policySizeProblems(exampleManifest({ master }))).toMatchObject([
    { path: masterArn, fix: expect.stringMatching(/^keep fewer .*trust\.quotas\.trustPolicy/) },
  ]);
});

it("asks for the organization when patterns an account no longer fit", () => {
  expect(policySizeProblems(exampleManifest({ roles: manyRoles(1600, 1) }))).toMatchObject([
    {
      path: masterArn,
      fix: expect.stringMatching(/^set organization in the manifest.*trust\.quotas\.attachedPolicies/),
    },
  ]);
  expect(policySizeProblems(exampleManifest({ organization: "o-a1b2c3d4e5", roles: manyRoles(1600, 1) }))).toEqual([]);
});
