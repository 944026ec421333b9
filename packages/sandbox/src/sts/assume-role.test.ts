import type { PolicyDocument } from "@agent-roles/iam";
import { describe, expect, it } from "vitest";
import { assumeRole } from "./assume-role.ts";
import {
  type FakeIam,
  MASTER,
  MAY_ASSUME,
  NOW,
  OTHER,
  sessionCaller,
  stsContext,
  trust,
} from "./fake-iam.test-helper.ts";
import type { AssumeOutcome } from "./issue-session.ts";

const AGENT = `arn:aws:iam::${MASTER}:role/agent-roles/agent-master`;
const TARGET = `arn:aws:iam::${OTHER}:role/agent-roles/MySecondRole`;
const DENIED = `User: arn:aws:sts::${MASTER}:assumed-role/agent-master/s1 is not authorized to perform:`;

const iam = (
  target: NonNullable<FakeIam["roles"]>[string],
  identityPolicies: readonly PolicyDocument[] = [MAY_ASSUME],
): FakeIam => ({
  roles: { [AGENT]: { identityPolicies }, [TARGET]: target },
});

/** The agent's session asks for the target role. */
const ask = async (
  fixture: FakeIam,
  parameters: Record<string, string> = {},
  session: Parameters<typeof sessionCaller>[2] = {},
  {
    organizationId: orgId,
    isMissing = false,
    ...more
  }: { readonly lifetimeSeconds?: number; readonly organizationId?: string; readonly isMissing?: boolean } = {},
): Promise<AssumeOutcome & { readonly issued: ReturnType<ReturnType<typeof stsContext>["sessions"]["find"]> }> => {
  const context = { ...stsContext(fixture), conditionKeys: { "aws:SourceIp": "127.0.0.1" } };
  const form = new URLSearchParams({ RoleArn: TARGET, RoleSessionName: "work", ...parameters });
  const outcome = await assumeRole(sessionCaller(context, AGENT, session), form, {
    ...context,
    ...more,
    membership: () => ({ isMissing, ...(orgId !== undefined && { orgId }) }),
  });
  const credentials = "result" in outcome.answer ? outcome.answer.result["Credentials"] : undefined;
  const keyId = typeof credentials === "object" ? credentials["AccessKeyId"] : undefined;
  return { ...outcome, issued: typeof keyId === "string" ? context.sessions.find(keyId) : undefined };
};

const tags = { "Tags.member.1.Key": "team", "Tags.member.1.Value": "blue" };

/** The caller's role has this tag; the target asks for `blue`. */
const teamOf = (team: string): FakeIam => {
  const condition = { StringEquals: { "aws:PrincipalTag/team": "blue" } };
  const { roles } = iam({ trustPolicy: trust({ Condition: condition }) });
  return { roles: { ...roles, [AGENT]: { identityPolicies: [MAY_ASSUME], tags: { team } } } };
};

describe("assumeRole", () => {
  it.each([
    [true, ` (the sandbox has no account ${OTHER}: start it again with the manifest)`],
    [false, ""],
  ])("names an account that the sandbox does not have: %s", async (isMissing, why) => {
    const { answer } = await ask({ roles: { [AGENT]: { identityPolicies: [MAY_ASSUME] } } }, {}, {}, { isMissing });
    expect(answer).toMatchObject({
      code: "AccessDenied",
      message: `${DENIED} sts:AssumeRole on resource: ${TARGET}${why}`,
    });
  });

  it("issues a session when both sides allow", async () => {
    const { answer, issued } = await ask(iam({}));
    expect(answer).toMatchObject({
      action: "AssumeRole",
      result: {
        Credentials: { Expiration: "2026-11-22T13:00:00Z" },
        AssumedRoleUser: {
          Arn: `arn:aws:sts::${OTHER}:assumed-role/MySecondRole/work`,
          AssumedRoleId: "AROAEXAMPLE:work",
        },
      },
    });
    expect(issued?.expirationMs).toBe(NOW + 3_600_000);
  });

  it("denies an unknown role like one that does not trust the caller", async () => {
    const { answer } = await ask({ roles: { [AGENT]: { identityPolicies: [MAY_ASSUME] } } });
    expect(answer).toEqual({
      status: 403,
      code: "AccessDenied",
      message: `${DENIED} sts:AssumeRole on resource: ${TARGET}`,
    });
  });

  it("denies when the trust policy names another principal, and logs why", async () => {
    const { answer, reasons } = await ask(iam({ trustPolicy: trust({ Principal: { AWS: "999999999999" } }) }));
    expect(answer).toMatchObject({ status: 403, code: "AccessDenied" });
    expect(reasons).not.toHaveLength(0);
  });

  it("denies when the caller's own policies do not allow it", async () => {
    expect((await ask(iam({}, []))).answer).toMatchObject({ status: 403, code: "AccessDenied" });
  });

  it("denies a missing and a wrong external ID, and allows the right one", async () => {
    const target = { trustPolicy: trust({ Condition: { StringEquals: { "sts:ExternalId": "right" } } }) };
    expect((await ask(iam(target))).answer).toMatchObject({ code: "AccessDenied" });
    expect((await ask(iam(target), { ExternalId: "wrong" })).answer).toMatchObject({ code: "AccessDenied" });
    expect((await ask(iam(target), { ExternalId: "right" })).answer).toHaveProperty("result");
  });

  it("names TagSession when only that is refused", async () => {
    const { answer } = await ask(iam({}), tags);
    expect(answer).toMatchObject({ message: `${DENIED} sts:TagSession on resource: ${TARGET}` });
  });

  it("names SetSourceIdentity when only that is refused", async () => {
    const { answer } = await ask(iam({}), { SourceIdentity: "alice" });
    expect(answer).toMatchObject({ message: `${DENIED} sts:SetSourceIdentity on resource: ${TARGET}` });
  });

  it("keeps session tags and the source identity with the session", async () => {
    const target = { trustPolicy: trust({ Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] }) };
    const { answer, issued } = await ask(iam(target), { ...tags, SourceIdentity: "alice" });
    expect(answer).toMatchObject({ result: { SourceIdentity: "alice" } });
    expect(issued).toMatchObject({ tags: { team: "blue" }, transitiveTagKeys: [], sourceIdentity: "alice" });
  });

  it("counts the caller's role and session tags among its principal tags, the session's first", async () => {
    expect((await ask(teamOf("red"))).answer).toMatchObject({ code: "AccessDenied" });
    expect((await ask(teamOf("blue"))).answer).toHaveProperty("result");
    expect((await ask(teamOf("red"), {}, { tags: { team: "blue" } })).answer).toHaveProperty("result");
    expect((await ask(teamOf("blue"), {}, { tags: { team: "red" } })).answer).toMatchObject({ code: "AccessDenied" });
  });

  it("leaves a session nothing when its role is gone", async () => {
    expect((await ask({ roles: { [TARGET]: {} } })).answer).toMatchObject({ code: "AccessDenied" });
  });

  it("holds a caller to the session policy it was issued with", async () => {
    const narrow = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] };
    const { answer } = await ask(iam({}), {}, { sessionPolicies: [narrow] });
    expect(answer).toMatchObject({ code: "AccessDenied" });
  });

  it("knows the organization of caller and role", async () => {
    const fixture = iam({ trustPolicy: trust({ Condition: { StringEquals: { "aws:PrincipalOrgID": "o-example" } } }) });
    expect((await ask(fixture)).answer).toMatchObject({ code: "AccessDenied" });
    expect((await ask(fixture, {}, {}, { organizationId: "o-example" })).answer).toHaveProperty("result");
  });

  it("refuses more time than the role grants, but only for callers that can assume it", async () => {
    const seconds = { DurationSeconds: "3600" };
    const message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    expect((await ask(iam({ maxSessionDuration: 1800 }), seconds)).answer).toMatchObject({
      code: "ValidationError",
      message,
    });
    expect((await ask(iam({ maxSessionDuration: 1800 }, []), seconds)).answer).toMatchObject({ code: "AccessDenied" });
  });

  it("caps a chained session at one hour", async () => {
    const { answer } = await ask(iam({ maxSessionDuration: 43_200 }), { DurationSeconds: "3601" });
    expect(answer).toMatchObject({
      status: 400,
      code: "ValidationError",
      message: "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    });
  });

  it("does not cap an IAM user's session", async () => {
    const fixture = iam({ maxSessionDuration: 43_200 });
    const arn = `arn:aws:iam::${MASTER}:user/alice`;
    const rights = { identityPolicies: [MAY_ASSUME], tags: {} };
    const user = { arn, userId: "AIDAEXAMPLE", accountId: MASTER, secretAccessKey: "secret", ...rights };
    const context = { ...stsContext(fixture), conditionKeys: {} };
    const form = new URLSearchParams({ RoleArn: TARGET, RoleSessionName: "work", DurationSeconds: "43200" });
    const { answer } = await assumeRole(user, form, context);
    expect(answer).toMatchObject({ result: { Credentials: { Expiration: "2026-11-23T00:00:00Z" } } });
  });

  it("shortens the session's lifetime on request", async () => {
    const { issued } = await ask(iam({}), {}, {}, { lifetimeSeconds: 20 });
    expect(issued?.expirationMs).toBe(NOW + 20_000);
  });
});

describe("a role chain", () => {
  const trusting = { trustPolicy: trust({ Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"] }) };
  const tagged = { tags: { team: "blue", plain: "x" }, transitiveTagKeys: ["team"] };

  it("inherits transitive tags and no others", async () => {
    const { issued } = await ask(iam(trusting), {}, tagged);
    expect(issued).toMatchObject({ tags: { team: "blue" }, transitiveTagKeys: ["team"] });
    expect(issued?.tags).not.toHaveProperty("plain");
  });

  it("needs TagSession for inherited tags, too", async () => {
    expect((await ask(iam({}), {}, tagged)).answer).toMatchObject({
      message: expect.stringContaining("sts:TagSession"),
    });
  });

  it("does not let a transitive tag be set anew", async () => {
    const { answer } = await ask(iam(trusting), { "Tags.member.1.Key": "Team", "Tags.member.1.Value": "red" }, tagged);
    expect(answer).toMatchObject({ status: 400, code: "InvalidParameterValue" });
  });

  it("puts a transitive tag before the role's own", async () => {
    const condition = { StringEquals: { "aws:ResourceTag/team": "red" } };
    const target = {
      tags: { team: "red" },
      trustPolicy: trust({ Action: ["sts:AssumeRole", "sts:TagSession"], Condition: condition }),
    };
    expect((await ask(iam(target))).answer).toHaveProperty("result");
    expect((await ask(iam(target), {}, tagged)).answer).toMatchObject({ code: "AccessDenied" });
  });

  it("inherits the source identity, which can be repeated but not changed", async () => {
    const caller = { sourceIdentity: "alice" };
    expect((await ask(iam(trusting), {}, caller)).issued).toMatchObject({ sourceIdentity: "alice" });
    expect((await ask(iam(trusting), { SourceIdentity: "alice" }, caller)).answer).toHaveProperty("result");
    expect((await ask(iam(trusting), { SourceIdentity: "bob" }, caller)).answer).toMatchObject({
      status: 400,
      code: "ValidationError",
      message: "The source identity is already set for this assume role session",
    });
  });
});
