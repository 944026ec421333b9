import { lastSegment, parseArn, type Arn } from "./arn.ts";
import type { Caller } from "./request.ts";
import { quote } from "./json.ts";

/** A caller with its ARN taken apart, so that nothing later looks at the text again. */
export type CallerIdentity =
  | AwsIdentity
  | { readonly type: "federated"; readonly provider: string; readonly protocol: "saml" | "web identity" }
  | { readonly type: "service"; readonly service: string };

/** An AWS principal. */
export type AwsIdentity =
  | RoleCaller
  | { readonly type: "user" | "federated-user" | "root"; readonly arn: Arn; readonly principalArn: string };

/** A session of a role. */
interface RoleCaller {
  readonly type: "role";
  readonly arn: Arn;
  /** `aws:PrincipalArn`: the role's ARN. */
  readonly principalArn: string;
  readonly roleName: string;
  /** Left out when the caller was given as a role, that is, as any of its sessions. */
  readonly sessionName?: string;
  /** A session ARN has no path; only `principalArn` has it. */
  readonly pathKnown: boolean;
}

/**
 * Reads who calls.
 *
 * @returns words for what is wrong when the caller is none that AWS knows.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function readCaller(caller: Caller): CallerIdentity | string {
  if ("service" in caller && typeof caller.service === "string") return { type: "service", service: caller.service };
  if ("federated" in caller && typeof caller.federated === "string") {
    const protocol = parseArn(caller.federated)?.resource.startsWith("saml-provider/") ? "saml" : "web identity";
    return { type: "federated", provider: caller.federated, protocol };
  }
  if (!("arn" in caller)) return "caller has neither arn, federated nor service";
  const arn = parseArn(caller.arn);
  if (!arn) return `caller.arn ${quote(caller.arn)} is not an ARN`;
  const { principalArn } = caller;
  if (principalArn !== undefined && (typeof principalArn !== "string" || !parseArn(principalArn))) {
    return `caller.principalArn ${quote(principalArn)} is not an ARN`;
  }
  const identity = readAwsCaller(arn, principalArn);
  if (identity?.type === "role" && !isRoleOf(identity)) {
    return `caller.principalArn ${quote(principalArn)} is not the role of caller.arn ${quote(arn.text)}`;
  }
  return (
    identity ??
    `caller.arn ${quote(arn.text)} is not the ARN of a user, a role, a role session, a federated user or an account`
  );
}

/** Whether `principalArn` is the role that the session belongs to: same account, same name. */
function isRoleOf({ arn, principalArn, roleName }: RoleCaller): boolean {
  const role = parseArn(principalArn);
  return (
    role?.partition === arn.partition &&
    role.account === arn.account &&
    role.service === "iam" &&
    role.resource.startsWith("role/") &&
    lastSegment(role.resource) === roleName
  );
}

/** The caller as it is named in a reason. */
export function nameOf(caller: CallerIdentity): string {
  if (caller.type === "federated") return caller.provider;
  return caller.type === "service" ? caller.service : caller.arn.text;
}

function readAwsCaller(arn: Arn, givenPrincipal: string | undefined): AwsIdentity | undefined {
  const principalArn = givenPrincipal ?? arn.text;
  const [kind, ...names] = arn.resource.split("/");
  const name = lastSegment(arn.resource);
  if (!name) return undefined;
  if (arn.service === "iam") {
    if (arn.resource === "root") return { type: "root", arn, principalArn };
    if (kind === "user" && names.length > 0) return { type: "user", arn, principalArn };
    if (kind === "role" && names.length > 0) {
      return { type: "role", arn, principalArn, roleName: name, pathKnown: true };
    }
  }
  if (arn.service === "sts") {
    if (kind === "federated-user" && names.length === 1) return { type: "federated-user", arn, principalArn };
    const [roleName, sessionName] = names;
    if (kind === "assumed-role" && roleName && sessionName && names.length === 2) {
      const pathless = `arn:${arn.partition}:iam::${arn.account}:role/${roleName}`;
      const pathKnown = givenPrincipal !== undefined;
      return { type: "role", arn, principalArn: givenPrincipal ?? pathless, roleName, sessionName, pathKnown };
    }
  }
  return undefined;
}
