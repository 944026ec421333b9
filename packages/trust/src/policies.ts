import { parseArn } from "./arn.ts";
import type { AssumeRoleRequest, AwsCaller, PolicyKind } from "./assume-role-request.ts";
import { asList } from "./json.ts";
import { readStatements, type Statement } from "./statement.ts";

/** The statements of every policy that has a say, read once for all actions of a call. */
export interface Policies {
  readonly trust: readonly Statement[];
  /** `undefined` when the question does not tell. */
  readonly identity: readonly Statement[] | undefined;
  /** `undefined` when there is none, so that nothing is capped. */
  readonly boundary: readonly Statement[] | undefined;
  readonly session: readonly Statement[] | undefined;
  /** One entry a level of the organization. */
  readonly scps: readonly (readonly Statement[])[];
  /** All levels together: only their Deny statements count, because `RCPFullAWSAccess` cannot be detached. */
  readonly rcps: readonly Statement[];
}

/** Reads the policies of a question; those of the caller's side only for a caller that has such a side. */
export function readPolicies({ caller, role }: AssumeRoleRequest): Policies {
  const { identityPolicies, permissionsBoundary, sessionPolicies, scps } = "arn" in caller ? caller : noPolicies;
  const exempt = "arn" in caller && isServiceLinked(caller.principalArn ?? caller.arn);
  const spared = exempt || isServiceLinked(role.arn);
  const noSession = sessionPolicies === undefined || asList(sessionPolicies).length === 0;
  return {
    trust: readStatements(role.trustPolicy, "trust policy", "the trust policy"),
    identity: identityPolicies === undefined ? undefined : readAll(identityPolicies, "identity policy"),
    boundary:
      permissionsBoundary === undefined
        ? undefined
        : readStatements(permissionsBoundary, "permissions boundary", "the permissions boundary"),
    session: noSession ? undefined : readAll(sessionPolicies, "session policy"),
    scps: levels(exempt ? undefined : scps).map((level, i) =>
      readAll(level, "service control policy", ` of level ${i}`),
    ),
    rcps: levels(spared ? undefined : role.rcps).flatMap((level, i) =>
      readAll(level, "resource control policy", ` of level ${i}`),
    ),
  };
}

/**
 * Service control policies do not affect what a service-linked role does; resource control policies neither that nor who
 * may assume it. Its path tells it.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
 */
function isServiceLinked(arn: unknown): boolean {
  return parseArn(arn)?.resource.startsWith("role/aws-service-role/") === true;
}

const noPolicies: Partial<AwsCaller> = {};

function levels(value: unknown): readonly unknown[] {
  return value === undefined ? [] : asList(value);
}

function readAll(documents: unknown, policy: PolicyKind, suffix = ""): readonly Statement[] {
  return asList(documents).flatMap((document, i) => readStatements(document, policy, `${policy} ${i}${suffix}`));
}
