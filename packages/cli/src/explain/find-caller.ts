import type { PossibleCaller, TrustContext, TrustRole } from "@agent-roles/trust";
import { UsageError } from "../describe-error.ts";

/**
 * Who is meant by `--from`. A role of the set, or a session of one, comes with its policies; what others may do is not known.
 *
 * @param known makes a session of a role of the set.
 * @throws {UsageError} when the text is neither an ARN nor a service.
 */
export function findCaller(
  from: string,
  roles: readonly TrustRole[],
  context: TrustContext,
  known: (role: TrustRole, context: TrustContext, sessionName?: string) => PossibleCaller,
): PossibleCaller {
  const stranger = { name: from, known: false, unknownPolicies: [] };
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(from)) return { ...stranger, caller: { service: from } };
  const [arn, partition, service, , account, ...rest] = from.split(":");
  const resource = rest.join(":");
  if (arn !== "arn" || (service !== "iam" && service !== "sts") || resource === "") {
    throw new UsageError(
      `--from "${from}" is neither an ARN nor a service\n  fix: write arn:aws:iam::<account>:role/<name>, a user, a session, an identity provider, or a service such as ec2.amazonaws.com`,
    );
  }
  if (/^(oidc|saml)-provider\//.test(resource)) return { ...stranger, caller: { federated: from } };
  const [kind, ...names] = resource.split("/");
  if (kind === "assumed-role") {
    const [roleName, sessionName] = names;
    const role = roles.find((each) => each.arn.split(":")[4] === account && each.arn.endsWith(`/${roleName}`));
    return role ? known(role, context, sessionName) : { ...stranger, caller: { arn: from } };
  }
  if (kind !== "role") return { ...stranger, caller: { arn: from } };
  const role = roles.find((each) => each.arn === from);
  if (role) return known(role, context, SESSION);
  const session = `arn:${partition}:sts::${account}:assumed-role/${names.at(-1)}/${SESSION}`;
  return { ...stranger, caller: { arn: session, principalArn: from } };
}

/** The session name that the runtime uses unless it is told another. */
const SESSION = "agent-roles";
