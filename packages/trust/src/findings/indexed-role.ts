import {
  type Arn,
  type Defect,
  lastSegment,
  parseArn,
  parsePolicy,
  readPolicy,
  type Statement,
} from "@agent-roles/iam";
import { roleKey } from "../access/callers.ts";
import type { TrustRole } from "../trust-model.ts";

/** A role with its policies read once for all rules. */
export interface IndexedRole {
  readonly role: TrustRole;
  /** `undefined` when the text is no role's ARN. */
  readonly arn: Arn | undefined;
  /** Without its path. */
  readonly name: string;
  /** `account/name`, as principals and variables refer to it; `undefined` without an ARN. */
  readonly key: string | undefined;
  readonly trust: readonly Statement[];
  /** What AWS rejects in the trust policy. */
  readonly defects: readonly Defect[];
  /** Of all identity policies whose text is known. */
  readonly identity: readonly Statement[];
  /** `undefined` when there is no boundary. */
  readonly boundary: readonly Statement[] | undefined;
}

/** Reads a role; what is no policy shows up as a defect. */
export function readRole(role: TrustRole): IndexedRole {
  const named = parseArn(role.arn);
  const arn = named?.service === "iam" && named.resource.startsWith("role/") ? named : undefined;
  const { policy: trust, defects } = parsePolicy(role.trustPolicy, "trust policy");
  const name = arn ? lastSegment(arn.resource) : role.arn;
  return {
    role,
    arn,
    name,
    key: arn && roleKey(role.arn),
    trust: trust.statements,
    defects,
    identity: role.identityPolicies.flatMap((policy) => readPolicy(policy, "identity policy").statements),
    boundary: role.permissionsBoundary && readPolicy(role.permissionsBoundary, "permissions boundary").statements,
  };
}
