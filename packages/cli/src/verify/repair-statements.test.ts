import { parseRoleArn } from "@agent-roles/runtime/role-env";
import { evaluateAssumeRole } from "@agent-roles/trust";
import { expect, it } from "vitest";
import { type RefusedCall, repairStatements } from "./repair-statements.ts";

const ROLE = parseRoleArn("arn:aws:iam::123456789013:role/agent-roles/MyRole");
const MASTER = "arn:aws:iam::123456789012:role/agent-roles-master/agent-master";
const SESSION = "arn:aws:sts::123456789012:assumed-role/agent-master/s1";

function repair(call: Partial<RefusedCall>, session = {}) {
  if (!ROLE) throw new Error("no role");
  return repairStatements({ role: ROLE, callerArn: MASTER, code: "AccessDenied", message: "denied", ...call }, session);
}

const document = (statements: readonly object[] = []) => ({ Version: "2012-10-17", Statement: statements });

function policies(code: string, message = ""): readonly string[] {
  return repair({ code, message }).map(({ policy }) => policy);
}

const CALL = { sessionTags: { team: "a" }, sourceIdentity: "alice", roleSessionName: "s" };

const decide = (trusting: readonly object[] = [], allowing: readonly object[] = [], request: object = CALL): string =>
  evaluateAssumeRole({
    caller: { arn: SESSION, principalArn: MASTER, identityPolicies: [document(allowing)] },
    role: { arn: ROLE?.arn ?? "", trustPolicy: document(trusting) },
    request: { externalId: "a-random-id", ...request },
  }).decision;

it.each([MASTER, SESSION])(
  "names statements with which the evaluator lets %s in, and without either not",
  (callerArn) => {
    const session = { sessionTags: { team: "a" }, sourceIdentity: "alice" };
    const [trust, identity] = repair({ callerArn, externalId: "a-random-id" }, session);
    expect(decide(trust?.statements, identity?.statements)).toBe("allowed");
    expect(decide(trust?.statements)).toBe("denied");
    expect(decide([], identity?.statements)).toBe("denied");
    expect(decide(trust?.statements.slice(0, 2), identity?.statements)).toBe("denied");
  },
);

it("names for the call of a task statements that let in no call without one", () => {
  const task = { "agent-roles:task": "INC-51", "agent-roles:on-behalf-of": "alice" };
  const call = { sessionTags: task, sourceIdentity: "alice", roleSessionName: "INC-51" };
  const repairs = repair({ externalId: "a-random-id" }, { ...call, task: "INC-51" });
  const [trust = [], identity = []] = repairs.map(({ statements }) => statements);
  const everything = [{ Effect: "Allow", Action: "sts:*", Resource: "*" }];
  const everyone = [{ Effect: "Allow", Action: "sts:*", Principal: { AWS: "arn:aws:iam::123456789012:root" } }];
  expect(decide(trust, identity, call)).toBe("allowed");
  for (const without of [{}, { sourceIdentity: "alice" }, { sessionTags: task }]) {
    expect(decide(trust, everything, without)).toBe("denied");
    expect(decide(everyone, identity, without)).toBe("denied");
  }
});

it("names the side that AWS names", () => {
  expect(policies("TrustDenied")).toEqual([`the trust policy of ${ROLE?.arn}`]);
  expect(policies("MasterNotAllowed", "no identity-based policy allows")).toEqual([`a policy of ${MASTER}`]);
  expect(policies("AccessDenied")).toHaveLength(2);
  expect(policies("MasterNotAllowed", "with an explicit deny in a service control policy")).toEqual([]);
  expect(policies("Throttled")).toEqual([]);
});
