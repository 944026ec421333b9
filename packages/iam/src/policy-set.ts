import { parseArn } from "./arn.ts";
import type { CallerIdentity } from "./caller-identity.ts";
import { asList, listOf } from "./json.ts";
import { readPolicy } from "./parse-policy.ts";
import type { Policy, PolicyKind } from "./policy.ts";
import type { AccessPolicies } from "./request.ts";

/** A policy and how a reason refers to it: `identity policy 1`. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
}

/** Every policy that decides a request, parsed. */
export interface PolicySet {
  /** The trust policy or resource policy. */
  readonly resource: NamedPolicy | undefined;
  /** `undefined` when they are unknown. */
  readonly identity: readonly NamedPolicy[] | undefined;
  /** Boundary, session policies, each scoped policy: each must allow. Empty when nothing limits. */
  readonly limits: readonly { readonly kind: PolicyKind; readonly policies: readonly NamedPolicy[] }[];
  /** One entry for each level of the organization. */
  readonly scps: readonly (readonly NamedPolicy[])[];
  /** All levels together: only their Deny statements count, because `RCPFullAWSAccess` cannot be detached. */
  readonly rcps: readonly NamedPolicy[];
}

/** Parses the policies of a request; those of the caller's side only for a caller that has such a side. */
export function readPolicySet(given: AccessPolicies, caller: CallerIdentity, resource: string): PolicySet {
  const { trustPolicy, resourcePolicy, rcps } = given;
  const own = "arn" in caller ? given : noPolicies;
  const exempt = "principalArn" in caller && isServiceLinked(caller.principalArn);
  const exemptFromRcps = exempt || isServiceLinked(resource);
  const { identityPolicies, permissionsBoundary, sessionPolicies, scopedPolicies } = own;
  const limits = [
    ...(permissionsBoundary === undefined ? [] : [[named(permissionsBoundary, "permissions boundary")]]),
    ...(listOf(sessionPolicies).length === 0 ? [] : [readAll(sessionPolicies, "session policy")]),
    ...listOf(scopedPolicies).map((policy, i) => [named(policy, "session policy", `scoped policy ${i}`)]),
  ];
  return {
    resource:
      trustPolicy === undefined
        ? resourcePolicy === undefined
          ? undefined
          : named(resourcePolicy, "resource policy")
        : named(trustPolicy, "trust policy"),
    identity: identityPolicies === undefined ? undefined : readAll(identityPolicies, "identity policy"),
    limits: limits.map((policies) => ({ kind: policies[0]?.policy.kind ?? "session policy", policies })),
    scps: listOf(exempt ? undefined : own.scps).map((level, i) =>
      readAll(level, "service control policy", ` of level ${i}`),
    ),
    rcps: listOf(exemptFromRcps ? undefined : rcps).flatMap((level, i) =>
      readAll(level, "resource control policy", ` of level ${i}`),
    ),
  };
}

/**
 * Service control policies do not affect what a service-linked role does; resource control policies neither that nor who
 * can assume it. It is recognized by its path.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
 */
function isServiceLinked(arn: string): boolean {
  return parseArn(arn)?.resource.startsWith("role/aws-service-role/") === true;
}

const noPolicies: AccessPolicies = {};

function readAll(documents: unknown, kind: PolicyKind, suffix = ""): readonly NamedPolicy[] {
  return asList(documents).map((document, i) => named(document, kind, `${kind} ${i}${suffix}`));
}

function named(document: unknown, kind: PolicyKind, name = `the ${kind}`): NamedPolicy {
  return { name, policy: readPolicy(document, kind) };
}
