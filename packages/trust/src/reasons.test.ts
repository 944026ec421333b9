import { describe, expect, it } from "vitest";
import { evaluateAssumeRole, type AssumeRoleParameters, type PolicyDocument } from "./index.ts";

const MASTER = "arn:aws:iam::123456789012:role/agent-roles/agent-master";

function ask(trustPolicy: PolicyDocument, request: AssumeRoleParameters = {}, identityPolicies: PolicyDocument[] = []) {
  return evaluateAssumeRole({
    caller: { arn: "arn:aws:sts::123456789012:assumed-role/agent-master/s1", principalArn: MASTER, identityPolicies },
    role: { arn: "arn:aws:iam::123456789012:role/MyFirstRole", trustPolicy },
    request,
  });
}

const allow = { Effect: "Allow", Principal: { AWS: MASTER }, Action: "sts:AssumeRole" };

describe("the reasons of an answer", () => {
  it("name the statement that allows, by its Sid", () => {
    const answer = ask({ Statement: { Sid: "Master", ...allow } });
    expect(answer).toEqual({
      decision: "allowed",
      reasons: [
        {
          effect: "allowed",
          action: "sts:AssumeRole",
          policy: "trust policy",
          statement: "Master",
          message: `statement Master of the trust policy allows sts:AssumeRole to ${MASTER}`,
        },
      ],
    });
  });

  it("begin with the nearest miss of a denial", () => {
    const other = { ...allow, Principal: { AWS: "123456789013" } };
    const conditional = { ...allow, Condition: { StringEquals: { "sts:ExternalId": "partner-7d1" } } };
    const { reasons } = ask({ Statement: [other, conditional, { ...allow, Action: "sts:TagSession" }] });
    expect(reasons.map(({ statement }) => statement)).toEqual([1, 2, 0]);
    expect(reasons[0]?.message).toBe(
      "statement 1 of the trust policy does not allow sts:AssumeRole: Condition StringEquals sts:ExternalId: the request passes none",
    );
  });

  it("name of a long identity policy the nearest miss only", () => {
    const account = { ...allow, Principal: { AWS: "123456789012" } };
    const statements = ["s3:GetObject", "sts:AssumeRole", "s3:PutObject"].map((action) => ({
      Effect: "Allow",
      Action: action,
      Resource: "arn:aws:s3:::bucket",
    }));
    const { reasons } = ask({ Statement: account }, {}, [{ Statement: statements }]);
    const denied = reasons.filter(({ effect }) => effect === "denied");
    expect(denied.map(({ policy, statement }) => [policy, statement])).toEqual([["identity policy", 1]]);
  });

  it("begin with the action that failed", () => {
    const { decision, reasons } = ask({ Statement: allow }, { sourceIdentity: "alice" });
    expect(decision).toBe("denied");
    expect(reasons.map(({ effect, action }) => [effect, action])).toEqual([
      ["denied", "sts:SetSourceIdentity"],
      ["allowed", "sts:AssumeRole"],
    ]);
  });

  it("show neither the external ID of the policy nor the one that was passed", () => {
    const conditional = { ...allow, Condition: { StringEquals: { "sts:ExternalId": "partner-7d1" } } };
    const answer = ask({ Statement: conditional }, { externalId: "partner-7d2" });
    expect(JSON.stringify(answer)).not.toContain("partner-7d");
  });

  it("say that policies which were not given were not searched for a Deny", () => {
    const answer = evaluateAssumeRole({
      caller: { arn: MASTER },
      role: { arn: "arn:aws:iam::123456789012:role/MyFirstRole", trustPolicy: { Statement: allow } },
    });
    expect(answer.decision).toBe("allowed");
    expect(answer.reasons.map(({ message }) => message).join("\n")).toContain("not searched for a Deny");
  });

  it("stay short when a policy is long", () => {
    const names = Array.from({ length: 500 }, (_, i) => `arn:aws:iam::123456789012:role/other-${i}`);
    const { reasons } = ask({ Statement: { ...allow, Principal: { AWS: names } } });
    expect(reasons[0]?.message.length).toBeLessThan(400);
  });
});
