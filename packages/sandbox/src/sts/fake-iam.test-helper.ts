import type { PolicyDocument } from "@agent-roles/trust";
import type { IamDirectory, IamRole, IamUser, IdentityPolicies, RoleRef } from "../iam/iam-directory.ts";
import type { Caller } from "./caller.ts";
import { faultInjector } from "./faults.ts";
import { callLog } from "./call-log.ts";
import { sessionTable } from "./session-table.ts";
import type { StsContext } from "./sts-service.ts";

/** The master account of the fixtures, and the other one. */
export const MASTER = "123456789012";
export const OTHER = "123456789013";

/** 2026-11-22T12:00:00Z */
export const NOW: number = Date.UTC(2026, 10, 22, 12);

/** The reference of a role by its ARN. */
function roleRef(arn: string): RoleRef {
  return { arn, partition: "aws", accountId: arn.split(":")[4] ?? "", roleName: arn.split("/").at(-1) ?? "" };
}

/** What a fake IAM holds; every role trusts the master account when it says nothing else. */
export interface FakeIam {
  readonly roles?: Readonly<Record<string, Partial<IamRole> & { readonly policies?: readonly PolicyDocument[] }>>;
  readonly users?: Readonly<Record<string, { readonly user: IamUser; readonly policies: readonly PolicyDocument[] }>>;
  readonly oidcProviders?: Readonly<Record<string, readonly string[]>>;
}

/** `sts:AssumeRole` on everything. */
export const MAY_ASSUME: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:*", Resource: "*" }],
};

/** A trust policy with these statements' fields over "the master account may assume". */
export function trust(statement: object = {}): PolicyDocument {
  const allow = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${MASTER}:root` }, Action: "sts:AssumeRole" };
  return { Version: "2012-10-17", Statement: [{ ...allow, ...statement }] };
}

function identity(
  identityPolicies: readonly PolicyDocument[] = [],
  tags: IdentityPolicies["tags"] = {},
): IdentityPolicies {
  return { identityPolicies, tags };
}

/** An IAM that answers from a table. */
function fakeIam({ roles = {}, users = {}, oidcProviders = {} }: FakeIam): IamDirectory {
  return {
    role: async ({ arn }) => {
      const role = roles[arn];
      if (!role) return undefined;
      return { arn, roleId: "AROAEXAMPLE", trustPolicy: trust(), maxSessionDuration: 3600, tags: {}, ...role };
    },
    rolePolicies: async ({ arn }) => identity(roles[arn]?.policies, roles[arn]?.tags),
    userPolicies: async ({ userName }) =>
      identity(Object.values(users).find(({ user }) => user.userName === userName)?.policies),
    managedPolicy: async () => ({}),
    oidcClientIds: async (_role, arn) => oidcProviders[arn],
    userOf: async (accessKeyId) => users[accessKeyId]?.user,
  };
}

/** Everything that STS needs, around a fake IAM and a clock that stands still. */
export function stsContext(iam: FakeIam, now: () => number = () => NOW): StsContext {
  return {
    directory: fakeIam(iam),
    sessions: sessionTable(),
    faults: faultInjector("DeployRole"),
    calls: callLog(),
    organizationOf: () => undefined,
    now,
  };
}

/** A session of a role, as a caller. */
export function sessionCaller(
  context: Pick<StsContext, "sessions">,
  roleArn: string,
  extra: Partial<Parameters<StsContext["sessions"]["issue"]>[0]> = {},
): Caller {
  const base = { role: roleRef(roleArn), roleId: "AROACALLER", sessionName: "s1", tags: {}, transitiveTagKeys: [] };
  return { kind: "session", session: context.sessions.issue({ ...base, ...extra }, NOW + 3_600_000) };
}
