import * as fc from "fast-check";
import { expect, it } from "vitest";
import { exampleManifest, manyRoles } from "../example.test-helper.ts";
import { masterPermissions } from "./master-permissions.ts";
import { INLINE_POLICIES_QUOTA, MANAGED_POLICY_QUOTA, policySize } from "./policy-size.ts";

it("is one pattern for all accounts of an organization", () => {
  const organization = "o-a1b2c3d4e5";
  const policies = masterPermissions(exampleManifest({ organization, roles: manyRoles(200, 5) }));
  expect(policies).toEqual([
    {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Resource: "arn:aws:iam::*:role/agent-roles/*",
          Condition: { StringEquals: { "aws:ResourceOrgID": organization } },
        },
      ],
    },
  ]);
});

it("is a pattern an account without an organization, however many roles there are", () => {
  const [policy, ...others] = masterPermissions(exampleManifest());
  expect(others).toEqual([]);
  expect(policy.Statement).toEqual([
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Resource: ["arn:aws:iam::123456789012:role/agent-roles/*", "arn:aws:iam::123456789013:role/agent-roles/*"],
    },
  ]);
});

it("needs the inline policy alone for 160 accounts, and two managed policies more for 300", () => {
  expect(masterPermissions(exampleManifest({ roles: manyRoles(160, 5) }))).toHaveLength(1);
  expect(masterPermissions(exampleManifest({ roles: manyRoles(300, 1) }))).toHaveLength(3);
});

it("stays the same when a role of a known account is added at the top", () => {
  const roles = manyRoles(5, 2);
  const added = { profile: "New", account: String(roles[3]?.["account"]), roleName: "New" };
  expect(masterPermissions(exampleManifest({ roles: [added, ...roles] }))).toEqual(
    masterPermissions(exampleManifest({ roles })),
  );
});

it("allows session tags and source identities in statements without aws:ResourceOrgID", () => {
  const attribution = { sessionTags: ["task"], sourceIdentities: ["*"] };
  for (const organization of ["o-a1b2c3d4e5", undefined]) {
    const [inline] = masterPermissions(exampleManifest({ attribution, ...(organization && { organization }) }));
    expect(inline.Statement.slice(1)).toEqual([
      {
        Effect: "Allow",
        Action: "sts:TagSession",
        Resource: "arn:aws:iam::*:role/agent-roles/*",
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["task"] } },
      },
      {
        Effect: "Allow",
        Action: "sts:SetSourceIdentity",
        Resource: "arn:aws:iam::*:role/agent-roles/*",
        Condition: { StringLike: { "sts:SourceIdentity": ["*"] } },
      },
    ]);
  }
});

it("keeps every policy below its quota and leaves no account out", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 300 }), (accounts, pathLength) => {
      const rolePath = `/${"p".repeat(pathLength)}/`;
      const [inline, ...managed] = masterPermissions(exampleManifest({ rolePath, roles: manyRoles(accounts, 1) }));
      expect(policySize(inline)).toBeLessThan(0.9 * INLINE_POLICIES_QUOTA);
      for (const policy of managed) expect(policySize(policy)).toBeLessThan(0.9 * MANAGED_POLICY_QUOTA);
      const patterns = [inline, ...managed].flatMap((policy) => policy.Statement[0]?.Resource ?? []);
      expect(patterns).toEqual(
        manyRoles(accounts, 1).map(({ account }) => `arn:aws:iam::${String(account)}:role${rolePath}*`),
      );
    }),
    { numRuns: 10 },
  );
});
