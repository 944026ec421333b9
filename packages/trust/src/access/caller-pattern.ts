import { matchesWildcard, parseArn } from "@agent-roles/iam";
import type { TrustContext } from "../trust-model.ts";
import type { PossibleCaller } from "./callers.ts";

/**
 * Whether an expectation's `from` is about a caller. A token or assertion of an identity provider comes from outside;
 * AWS's services are neither outside nor inside.
 */
export function isFrom(
  from: string,
  { caller }: PossibleCaller,
  own: ReadonlySet<string>,
  context: TrustContext,
): boolean {
  if (from === "*") return true;
  if ("service" in caller) return matchesWildcard(from, caller.service);
  if ("federated" in caller) return from.startsWith("outside-") || matchesWildcard(from, caller.federated);
  const { organization } = context;
  if (from === "outside-organization" && organization !== undefined) return caller.orgId !== organization;
  if (from.startsWith("outside-")) return !own.has(parseArn(caller.arn)?.account ?? "");
  return matchesWildcard(from, caller.principalArn ?? caller.arn) || matchesWildcard(from, caller.arn);
}
