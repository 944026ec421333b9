import { lastSegment, parseArn } from "@agent-roles/iam";
import type { AwsCaller, Caller } from "../assume-role/assume-role-request.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { GRANTS_ALL, knownPolicies } from "./managed-policies.ts";

/** Someone that a trust policy lets in. */
export interface Grantee {
  /** `role`: a role of the set. `principal`: a role, user or session outside it. */
  readonly kind: "role" | "anyone" | "organization" | "account" | "principal" | "service" | "federated";
  /** The ARN or a pattern of ARNs, the account's or organization's ID, the service, the provider; `*` for anyone. */
  readonly name: string;
}

/** A caller to simulate. */
export interface PossibleCaller {
  /** For people: the role's ARN, the service, `a stranger's role, account …`. */
  readonly name: string;
  readonly caller: Caller;
  /** The callers that it is an example of. */
  readonly exampleOf: Grantee;
  /** A role of the set: its own policies count. Others are taken to have every permission in their own account. */
  readonly known: boolean;
  /** Managed policies whose text is not known; they can allow the caller more. */
  readonly unknownPolicies: readonly string[];
  /** Condition keys of the caller that a request states. */
  readonly context?: Readonly<Record<string, string>>;
}

/** `account/name` of a role or of a session's role: names are unique in an account, whatever the path. */
export function roleKey(arn: string): string | undefined {
  const parsed = parseArn(arn);
  if (!parsed) return undefined;
  const [kind, first = ""] = parsed.resource.split("/");
  if (kind === "assumed-role") return `${parsed.account}/${first}`;
  return kind === "role" ? `${parsed.account}/${lastSegment(parsed.resource)}` : undefined;
}

/** The session name of requests that do not say another. */
export const SESSION = "any-session";

/** A session of a role of the set, with the policies that the set gives it. */
export function knownCaller(role: TrustRole, context: TrustContext, sessionName: string = SESSION): PossibleCaller {
  const arn = parseArn(role.arn);
  const { policies, unknownArns } = knownPolicies(role);
  const session = `arn:${arn?.partition}:sts::${arn?.account}:assumed-role/${lastSegment(role.arn)}/${sessionName}`;
  const caller: AwsCaller = {
    arn: arn ? session : role.arn,
    principalArn: role.arn,
    identityPolicies: policies,
    ...(role.permissionsBoundary && { permissionsBoundary: role.permissionsBoundary }),
    ...(role.tags && { tags: role.tags }),
    ...(context.organization !== undefined && { orgId: context.organization }),
  };
  const exampleOf = { kind: "role", name: role.arn } as const;
  return { name: role.arn, caller, exampleOf, known: true, unknownPolicies: unknownArns };
}

/** A caller outside the set; an AWS principal's own account lets it do everything. */
export function outsideCaller(caller: Caller, exampleOf: Grantee, name: string = exampleOf.name): PossibleCaller {
  const able = "arn" in caller ? { ...caller, identityPolicies: [GRANTS_ALL] } : caller;
  return { name, caller: able, exampleOf, known: false, unknownPolicies: [] };
}

/** Our own accounts: those of the context, of the master and of the roles. */
export function ownAccounts(roles: readonly TrustRole[], context: TrustContext): ReadonlySet<string> {
  const arns = [...roles.map(({ arn }) => arn), context.masterRoleArn];
  return new Set([...(context.accounts ?? []), ...arns.flatMap((arn) => parseArn(arn)?.account || [])]);
}
