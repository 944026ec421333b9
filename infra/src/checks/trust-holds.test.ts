import { masterRoleArn } from "@agent-roles/manifest";
import { type AssumeRoleRequest, evaluateAssumeRole } from "@agent-roles/trust";
import { describe, expect, it } from "vitest";
import { exampleManifest } from "../example.test-helper.ts";
import { masterPermissions } from "../policies/master-permissions.ts";
import { masterTrustPolicy } from "../policies/master-trust-policy.ts";
import type { PolicyDocument } from "../policies/policy-document.ts";
import { targetTrustPolicy } from "../policies/target-trust-policy.ts";
import { trustProblems } from "./trust-holds.ts";

it.each(["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b"])("holds in partition %s", (partition) => {
  expect(trustProblems(exampleManifest({ partition }))).toEqual([]);
});

it("finds that the trust of a manifest holds inside an organization", () => {
  expect(trustProblems(exampleManifest({ organization: "o-a1b2c3d4e5" }))).toEqual([]);
});

it.each([{}, { organization: "o-a1b2c3d4e5" }])(
  "holds with %j where attribution is required, and only for a task",
  (options) => {
    const manifest = exampleManifest({ ...options, attribution: { required: true, taskIds: ["INC-*"] } });
    expect(trustProblems(manifest)).toEqual([]);
    const [role] = manifest.roles;
    const master = masterRoleArn(manifest);
    const organization = manifest.organization === undefined ? {} : { orgId: manifest.organization };
    const decide = (request: AssumeRoleRequest["request"]) =>
      evaluateAssumeRole({
        caller: {
          arn: master.arn,
          identityPolicies: masterPermissions(manifest).map((each) => ({ ...each })),
          ...organization,
        },
        role: {
          arn: `arn:aws:iam::${role?.account}:role/agent-roles/${role?.roleName}`,
          trustPolicy: { ...targetTrustPolicy(manifest, {}) },
          ...organization,
        },
        request: request ?? {},
      }).decision;
    const task = { "agent-roles:task": "INC-42" };
    const full = { roleSessionName: "INC-42", sourceIdentity: "alice", sessionTags: task };
    expect(decide(full)).toBe("allowed");
    expect(decide({ roleSessionName: "INC-42", sessionTags: task })).toBe("denied");
    expect(decide({ roleSessionName: "INC-42", sourceIdentity: "alice" })).toBe("denied");
    expect(decide({ ...full, roleSessionName: "agent-roles" })).toBe("denied");
  },
);

it("names a target that the master could not assume, and why", () => {
  const manifest = exampleManifest();
  // Not a manifest that would be read: an external ID that IAM takes for a policy variable.
  const roles = manifest.roles.map((role) => ({ ...role, externalId: "${aws:username}" }));
  const problems = trustProblems({ ...manifest, roles: [...manifest.roles, ...roles.slice(0, 1)] });
  expect(problems.map(({ path }) => path)).toEqual(["arn:aws:iam::123456789012:role/agent-roles/MyFirstRole"]);
  // Evaluated once, reported for each role that is alike.
  const twins = roles.slice(1, 2).flatMap((role) => [role, { ...role, roleName: "Twin", profile: "Twin" }]);
  expect(trustProblems({ ...manifest, roles: twins })).toHaveLength(2);
  expect(problems[0]?.message).toContain(`the master ${masterRoleArn(manifest).arn} cannot assume it`);
});

describe("refuses", () => {
  const manifest = exampleManifest({ organization: "o-a1b2c3d4e5" });
  const target = "arn:aws:iam::123456789013:role/agent-roles/MyThirdRole";

  function decide(changes: {
    readonly principalArn?: string;
    readonly orgId?: string;
    readonly identity?: PolicyDocument;
    readonly externalId?: string | undefined;
    readonly role?: AssumeRoleRequest["role"];
  }): string {
    const principalArn = changes.principalArn ?? masterRoleArn(manifest).arn;
    const identity = changes.identity ?? masterPermissions(manifest)[0];
    const externalId = "externalId" in changes ? changes.externalId : "partner-1";
    return evaluateAssumeRole({
      caller: {
        arn: `arn:aws:sts::123456789012:assumed-role/${principalArn.split("/").at(-1) ?? ""}/s1`,
        principalArn,
        identityPolicies: [{ ...identity }],
        orgId: changes.orgId ?? "o-a1b2c3d4e5",
      },
      role: changes.role ?? {
        arn: target,
        trustPolicy: { ...targetTrustPolicy(manifest, { externalId: "partner-1" }) },
        orgId: "o-a1b2c3d4e5",
      },
      request: externalId === undefined ? {} : { externalId },
    }).decision;
  }

  it("nothing of what the others change", () => {
    expect(decide({})).toBe("allowed");
  });

  it("a master without the external ID, or with another", () => {
    expect(decide({ externalId: undefined })).toBe("denied");
    expect(decide({ externalId: "partner-2" })).toBe("denied");
  });

  it("another role of the master's account, with any permissions", () => {
    const identity: PolicyDocument = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:*", Resource: "*" }],
    };
    expect(decide({ principalArn: "arn:aws:iam::123456789012:role/admin", identity })).toBe("denied");
    expect(decide({ principalArn: "arn:aws:iam::123456789012:role/agent-master", identity })).toBe("denied");
  });

  it("a master of another organization", () => {
    expect(decide({ orgId: "o-z9y8x7w6v5" })).toBe("denied");
  });

  it("the master that assumes itself, or a role outside the path", () => {
    const trustPolicy = { ...masterTrustPolicy(manifest) };
    expect(decide({ role: { arn: masterRoleArn(manifest).arn, trustPolicy, orgId: "o-a1b2c3d4e5" } })).toBe("denied");
    const admin = "arn:aws:iam::123456789013:role/admin";
    expect(decide({ role: { arn: admin, trustPolicy, orgId: "o-a1b2c3d4e5" } })).toBe("denied");
  });
});
