import type { PolicyDocument } from "@agent-roles/iam";
import { describe, expect, it } from "vitest";
import { ADMINISTRATOR, NOW, OTHER, sessionCaller, stsContext } from "../sts/fake-iam.test-helper.ts";
import { authorize } from "./authorize.ts";

const ROLE = `arn:aws:iam::${OTHER}:role/MySecondRole`;
const SESSION = `arn:aws:sts::${OTHER}:assumed-role/MySecondRole/s1`;

const policy = (statement: object): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*", ...statement }],
});
const READ_S3 = policy({ Action: "s3:Get*" });
const NO_S3 = policy({ Effect: "Deny", Action: "s3:*" });

/** What a role and its session may do. */
interface Granted {
  readonly identityPolicies?: readonly PolicyDocument[];
  readonly permissionsBoundary?: PolicyDocument;
  readonly sessionPolicies?: readonly PolicyDocument[];
  readonly scopedPolicies?: readonly PolicyDocument[];
  readonly serviceControlPolicy?: PolicyDocument;
  readonly bucket?: { readonly resourceAccount: string; readonly resourcePolicy?: PolicyDocument };
}

/** The message of AWS's refusal of `method /bucket/key`, or `allowed`. */
const decide = async (method: string, granted: Granted): Promise<string> => {
  const { identityPolicies = [ADMINISTRATOR], permissionsBoundary, sessionPolicies, scopedPolicies } = granted;
  const { serviceControlPolicy, bucket } = granted;
  const role = { identityPolicies, ...(permissionsBoundary && { permissionsBoundary }) };
  const base = stsContext({ roles: { [ROLE]: role } });
  const context = {
    ...base,
    iam: { ...base.iam, bucket: async () => bucket },
    membership: () => (serviceControlPolicy ? { scps: [[ADMINISTRATOR, serviceControlPolicy]] } : {}),
  };
  const caller = sessionCaller(context, ROLE, {
    ...(sessionPolicies && { sessionPolicies }),
    ...(scopedPolicies && { scopedPolicies }),
  });
  const request = { method, url: "/bucket/key", headers: {} };
  const signed = { service: "s3", region: "eu-central-1" };
  const refusal = await authorize({ request, signed, body: Buffer.alloc(0) }, caller, {}, context);
  return refusal?.message ?? "allowed";
};

const refused = (action: string, why: string): string =>
  `User: ${SESSION} is not authorized to perform: ${action} on resource: arn:aws:s3:::bucket/key ${why}`;

/** As AWSRevokeOlderSessions. */
const revoked = (before: number): PolicyDocument =>
  policy({ Effect: "Deny", Condition: { DateLessThan: { "aws:TokenIssueTime": new Date(before).toISOString() } } });

describe("authorize", () => {
  it.each<[string, Granted, string]>([
    ["an identity policy", { identityPolicies: [READ_S3] }, "allowed"],
    ["a session policy beside it", { sessionPolicies: [READ_S3] }, "allowed"],
    ["one of two session policies", { sessionPolicies: [policy({ Action: "iam:*" }), READ_S3] }, "allowed"],
    ["no identity policy", { identityPolicies: [] }, "because no identity-based policy allows the s3:GetObject action"],
    [
      "an identity policy for another bucket",
      { identityPolicies: [policy({ Resource: "arn:aws:s3:::other/*" })] },
      "because no identity-based policy allows the s3:GetObject action",
    ],
    ["a Deny", { identityPolicies: [ADMINISTRATOR, NO_S3] }, "with an explicit deny in an identity-based policy"],
    [
      "a boundary",
      { permissionsBoundary: policy({ Action: "iam:*" }) },
      "because no permissions boundary allows the s3:GetObject action",
    ],
    [
      "a session policy",
      { sessionPolicies: [policy({ Action: "iam:*" })] },
      "because no session policy allows the s3:GetObject action",
    ],
    ["a Deny in a session policy", { sessionPolicies: [READ_S3, NO_S3] }, "with an explicit deny in a session policy"],
    [
      "one of two scoped policies",
      { scopedPolicies: [READ_S3, policy({ Action: "iam:*" })] },
      "because no session policy allows the s3:GetObject action",
    ],
    ["a service control policy", { serviceControlPolicy: NO_S3 }, "with an explicit deny in a service control policy"],
    [
      "the bucket's policy",
      { bucket: { resourceAccount: OTHER, resourcePolicy: policy({ Principal: "*", Effect: "Deny" }) } },
      "with an explicit deny in a resource-based policy",
    ],
    [
      "a bucket of another account without a policy",
      { bucket: { resourceAccount: "999999999999" } },
      "because no resource-based policy allows the s3:GetObject action",
    ],
    [
      "a bucket of another account that allows it",
      { bucket: { resourceAccount: "999999999999", resourcePolicy: policy({ Principal: { AWS: ROLE } }) } },
      "allowed",
    ],
  ])("decides a call by %s", async (_case, granted, expected) => {
    expect(await decide("GET", granted)).toBe(expected === "allowed" ? expected : refused("s3:GetObject", expected));
  });

  it("refuses a write with the permission to read", async () => {
    const why = "because no identity-based policy allows the s3:PutObject action";
    expect(await decide("PUT", { identityPolicies: [READ_S3] })).toBe(refused("s3:PutObject", why));
  });

  it("refuses a revoked session: its token was issued before", async () => {
    expect(await decide("GET", { identityPolicies: [ADMINISTRATOR, revoked(NOW + 1000)] })).toContain("explicit deny");
    expect(await decide("GET", { identityPolicies: [ADMINISTRATOR, revoked(NOW - 1000)] })).toBe("allowed");
  });

  it("lets an account read AWS's managed policies", async () => {
    const context = stsContext({ roles: { [ROLE]: { identityPolicies: [ADMINISTRATOR] } } });
    const form = "Action=GetPolicy&PolicyArn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const request = { method: "POST", url: "/", headers };
    const signed = { service: "iam", region: "us-east-1" };
    const caller = sessionCaller(context, ROLE, {});
    expect(await authorize({ request, signed, body: Buffer.from(form) }, caller, {}, context)).toBeUndefined();
  });

  it("refuses what it cannot name, even to an administrator", async () => {
    expect(await decide("PATCH", {})).toContain("the sandbox cannot name this request, so it refuses it:");
  });
});
