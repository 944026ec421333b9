import type { PolicyDocument } from "@agent-roles/iam";
import type { IamState, IamRole, IamUser, RoleRef } from "../iam/iam-state.ts";
import type { Caller } from "./caller.ts";
import { faultInjector } from "./faults.ts";
import { callLog } from "./call-log.ts";
import { sessionTable } from "./session-table.ts";
import type { StsContext } from "./issue-session.ts";

/** The accounts of the fixtures. */
export const MASTER = "123456789012";
export const OTHER = "123456789013";

/** 2026-11-22T12:00:00Z */
export const NOW: number = Date.UTC(2026, 10, 22, 12);

/** A role reference from its ARN. */
function roleRef(arn: string): RoleRef {
  return { arn, partition: "aws", accountId: arn.split(":")[4] ?? "", roleName: arn.split("/").at(-1) ?? "" };
}

/** Contents of a fake IAM. By default a role trusts the master account and has no permissions. */
export interface FakeIam {
  readonly roles?: Readonly<Record<string, Partial<IamRole>>>;
  /** By access key ID. */
  readonly users?: Readonly<Record<string, IamUser>>;
  readonly oidcProviders?: Readonly<Record<string, readonly string[]>>;
}

/** Everything on everything. */
export const ADMINISTRATOR: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** `sts:AssumeRole` on everything. */
export const MAY_ASSUME: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:*", Resource: "*" }],
};

/** A trust policy for the master account, with these fields of the statement replaced. */
export function trust(statement: object = {}): PolicyDocument {
  const allow = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${MASTER}:root` }, Action: "sts:AssumeRole" };
  return { Version: "2012-10-17", Statement: [{ ...allow, ...statement }] };
}

/** An IAM state from a table. */
function fakeIam({ roles = {}, users = {}, oidcProviders = {} }: FakeIam): IamState {
  const usual = {
    roleId: "AROAEXAMPLE",
    trustPolicy: trust(),
    createdMs: 0,
    maxSessionDuration: 3600,
    identityPolicies: [],
    tags: {},
  };
  return {
    role: async ({ arn }) => (roles[arn] ? { arn, ...usual, ...roles[arn] } : undefined),
    userOf: async (accessKeyId) => users[accessKeyId],
    managedPolicy: async () => undefined,
    oidcClientIds: async (_role, arn) => oidcProviders[arn],
    iamArn: async (account, kind, name) => `arn:aws:iam::${account}:${kind}/${name}`,
    secretArn: async () => undefined,
    bucket: async () => undefined,
    setUpAccount: async () => {
      throw new Error("a fake has no accounts");
    },
  };
}

/** An STS context with a fake IAM and a fixed clock. */
export function stsContext(iam: FakeIam, now: () => number = () => NOW): StsContext {
  return {
    iam: fakeIam(iam),
    sessions: sessionTable(),
    faults: faultInjector("DeployRole"),
    calls: callLog(),
    membership: () => ({}),
    now,
  };
}

/** A session of a role, as a caller. */
export function sessionCaller(
  context: Pick<StsContext, "sessions">,
  roleArn: string,
  extra: Partial<Parameters<StsContext["sessions"]["issue"]>[0]> = {},
): Caller {
  const base = {
    role: roleRef(roleArn),
    roleId: "AROACALLER",
    sessionName: "s1",
    issuedMs: NOW,
    tags: {},
    transitiveTagKeys: [],
  };
  return context.sessions.issue({ ...base, ...extra }, NOW + 3_600_000);
}
