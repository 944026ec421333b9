import type { CallerIdentity } from "@agent-roles/iam";
import type { AssumeRoleParameters } from "./assume-role-request.ts";

/** The three calls that give the credentials of a role. */
export type AssumeAction = "sts:AssumeRole" | "sts:AssumeRoleWithSAML" | "sts:AssumeRoleWithWebIdentity";

/** All three, in this order. */
export const ASSUME_ACTIONS: readonly AssumeAction[] = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
];

/** The call that this kind of caller makes. */
export function usualAction(caller: CallerIdentity): AssumeAction {
  return caller.type === "federated" ? federatedAction(caller.provider) : "sts:AssumeRole";
}

/** The call that the tokens or assertions of an identity provider are for. */
export function federatedAction(provider: string): AssumeAction {
  return provider.includes(":saml-provider/") ? "sts:AssumeRoleWithSAML" : "sts:AssumeRoleWithWebIdentity";
}

/** Reads `request.action`, ignoring case; `undefined` when it is none of the three. */
export function readAction(action: unknown): AssumeAction | undefined {
  if (typeof action !== "string") return undefined;
  return ASSUME_ACTIONS.find((known) => known.toLowerCase() === action.toLowerCase());
}

/** What the new session has from the caller's, in a chain of roles. */
export interface Inherited {
  readonly tags: boolean;
  readonly sourceIdentity: boolean;
}

/**
 * The actions that one call needs: passing tags and passing a source identity are permissions of their own, also where
 * the call passes none and the new session inherits them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
 */
export function requestedActions(
  assume: AssumeAction,
  request: AssumeRoleParameters,
  inherited: Inherited,
): readonly string[] {
  const tags = Object.keys(request.sessionTags ?? {}).length > 0 || (request.transitiveTagKeys?.length ?? 0) > 0;
  return [
    assume,
    ...(tags || inherited.tags ? ["sts:TagSession"] : []),
    ...(request.sourceIdentity === undefined && !inherited.sourceIdentity ? [] : ["sts:SetSourceIdentity"]),
  ];
}
