import type { PolicyDocument } from "@agent-roles/iam";
import { describe, expect, it } from "vitest";
import type { Caller } from "./caller.ts";
import { ADMINISTRATOR, NOW, OTHER, sessionCaller, stsContext } from "./fake-iam.test-helper.ts";
import { getScopedCredentials } from "./get-scoped-credentials.ts";
import type { StsAnswer } from "./sts-answer.ts";

const ROLE = `arn:aws:iam::${OTHER}:role/MySecondRole`;
const POLICY = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" } });

const context = (identityPolicies: readonly PolicyDocument[] = [ADMINISTRATOR]) => ({
  ...stsContext({ roles: { [ROLE]: { identityPolicies } } }),
  conditionKeys: {},
  region: "eu-central-1",
});

/** A call by a session that lasts another hour, and the session that it gets. */
const call = async (
  parameters: Record<string, string>,
  {
    here = context(),
    caller,
    region = here.region,
  }: { here?: ReturnType<typeof context>; caller?: Caller; region?: string } = {},
) => {
  const tags = { team: "blue" };
  const from = caller ?? sessionCaller(here, ROLE, { tags, sourceIdentity: "alice" });
  const answer = await getScopedCredentials(from, new URLSearchParams(parameters), { ...here, region });
  return { answer, issued: here.sessions.find(accessKeyIn(answer)) };
};

const accessKeyIn = (answer: StsAnswer): string => {
  const credentials = "result" in answer ? answer.result["Credentials"] : undefined;
  const accessKeyId = typeof credentials === "object" ? credentials["AccessKeyId"] : "";
  return typeof accessKeyId === "string" ? accessKeyId : "";
};

describe("getScopedCredentials", () => {
  it("keeps ARN, tags, source identity and issue time, and adds the policy", async () => {
    const { answer, issued } = await call({ Policy: POLICY });
    const arn = `arn:aws:sts::${OTHER}:assumed-role/MySecondRole/s1`;
    expect(issued).toMatchObject({
      arn,
      tags: { team: "blue" },
      sourceIdentity: "alice",
      issuedMs: NOW,
      expirationMs: NOW + 3_600_000,
      scopedPolicies: [JSON.parse(POLICY)],
    });
    expect(answer).toMatchObject({
      action: "GetScopedCredentials",
      result: { SessionInfo: { Arn: arn }, ScopedPoliciesCount: 1, SourceIdentity: "alice" },
    });
  });

  it("shortens the session, and never lengthens it", async () => {
    expect((await call({ DurationSeconds: "60" })).issued).toMatchObject({ expirationMs: NOW + 60_000 });
    expect((await call({ DurationSeconds: "3600" })).issued).toMatchObject({ expirationMs: NOW + 3_600_000 });
    expect((await call({ DurationSeconds: "3601" })).answer).toMatchObject({
      code: "InsufficientSessionLifetimeException",
    });
  });

  it("takes three layers and denies the fourth", async () => {
    const here = context();
    let caller = sessionCaller(here, ROLE);
    for (const layer of [1, 2, 3]) {
      const { answer, issued } = await call({ Policy: POLICY }, { here, caller });
      expect(answer).toMatchObject({ result: { ScopedPoliciesCount: layer } });
      if (issued) caller = issued;
    }
    expect((await call({ Policy: POLICY }, { here, caller })).answer).toMatchObject({
      status: 403,
      code: "AccessDenied",
    });
    expect((await call({ DurationSeconds: "60" }, { here, caller })).answer).toHaveProperty("result");
  });

  it.each<[string, Record<string, string>, string]>([
    ["neither policy nor duration", {}, "ValidationError"],
    ["a duration of zero", { DurationSeconds: "0" }, "ValidationError"],
    ["a duration above 36 hours", { DurationSeconds: "129601" }, "ValidationError"],
    ["a policy above 2,048 characters", { Policy: POLICY + " ".repeat(2048) }, "PackedPolicyTooLarge"],
    ["a policy that is not JSON", { Policy: "{" }, "MalformedPolicyDocument"],
    [
      "a policy with an unknown operator",
      { Policy: POLICY.replace('"Resource"', '"Condition":{"StringEqual":{"a":"b"}},"Resource"') },
      "MalformedPolicyDocument",
    ],
    ["a long description", { Policy: POLICY, ScopedSessionDescription: "x".repeat(257) }, "ValidationError"],
  ])("refuses %s", async (_case, parameters, code) => {
    expect((await call(parameters)).answer).toMatchObject({ status: 400, code });
  });

  it("refuses long-term access keys, the global endpoint and an explicit deny", async () => {
    const user = { arn: "", userId: "", accountId: OTHER, secretAccessKey: "", identityPolicies: [], tags: {} };
    const caller: Caller = user;
    expect((await call({ Policy: POLICY }, { caller })).answer).toMatchObject({
      code: "InvalidSubjectCredentialsException",
    });
    expect((await call({ Policy: POLICY }, { region: "aws-global" })).answer).toMatchObject({ status: 400 });
    const Statement = { Effect: "Deny", Action: "sts:GetScopedCredentials", Resource: "*" };
    const here = context([ADMINISTRATOR, { Version: "2012-10-17", Statement }]);
    expect((await call({ Policy: POLICY }, { here })).answer).toMatchObject({ status: 403, code: "AccessDenied" });
  });
});
