import { lastSegment, parseArn } from "@agent-roles/iam";
import type { AwsCaller, Caller } from "../assume-role-request.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { GRANTS_ALL, managedGrant } from "./managed-policies.ts";

/** Whoever may stand at the other side of a trust policy, ready to be asked about. */
export interface PossibleCaller {
  /** For people: the role's ARN, the service, `anybody in account …`. */
  readonly name: string;
  readonly caller: Caller;
  /** A role of the set: its own policies count. Others are taken to have every permission in their own account. */
  readonly known: boolean;
  /** Managed policies of which only the name is known; they may let the caller do more. */
  readonly unknownPolicies: readonly string[];
  /** Condition keys of the caller that a question states with the request. */
  readonly context?: Readonly<Record<string, string>>;
}

const SESSION = "any-session";

/** A session of a role of the set, with the policies that the set gives it. */
export function knownCaller(role: TrustRole, context: TrustContext, sessionName: string = SESSION): PossibleCaller {
  const arn = parseArn(role.arn);
  const managed = managedGrant(role.managedPolicyArns);
  const session = `arn:${arn?.partition}:sts::${arn?.account}:assumed-role/${lastSegment(role.arn)}/${sessionName}`;
  const caller: AwsCaller = {
    arn: arn ? session : role.arn,
    principalArn: role.arn,
    identityPolicies: [...role.identityPolicies, ...managed.policies],
    ...(role.permissionsBoundary && { permissionsBoundary: role.permissionsBoundary }),
    ...(role.tags && { tags: role.tags }),
    ...(context.organization !== undefined && { orgId: context.organization }),
  };
  return { name: role.arn, caller, known: true, unknownPolicies: managed.unknownArns };
}

/** A principal outside the set, whose own account lets it do everything. */
export function unknownCaller(name: string, arn: string, changes: Partial<AwsCaller> = {}): PossibleCaller {
  return { name, caller: { arn, identityPolicies: [GRANTS_ALL], ...changes }, known: false, unknownPolicies: [] };
}

/** Accounts of one's own: those of the context, of the master and of the roles. */
export function ownAccounts(roles: readonly TrustRole[], context: TrustContext): ReadonlySet<string> {
  const arns = [...roles.map(({ arn }) => arn), context.masterRoleArn];
  return new Set([...(context.accounts ?? []), ...arns.flatMap((arn) => parseArn(arn)?.account || [])]);
}
