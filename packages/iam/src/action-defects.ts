import { nearest } from "./nearest.ts";
import type { Defect, Statement } from "./policy.ts";
import { isUnresolved } from "./unresolved.ts";
import { matchesWildcard } from "./wildcard.ts";

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
const STS_ACTIONS = [
  "sts:AssumeRole",
  "sts:AssumeRoleWithSAML",
  "sts:AssumeRoleWithWebIdentity",
  "sts:AssumeRoot",
  "sts:DecodeAuthorizationMessage",
  "sts:GetAccessKeyInfo",
  "sts:GetCallerIdentity",
  "sts:GetDelegatedAccessToken",
  "sts:GetFederationToken",
  "sts:GetServiceBearerToken",
  "sts:GetSessionToken",
  "sts:GetWebIdentityToken",
  "sts:SetContext",
  "sts:SetSourceIdentity",
  "sts:TagGetWebIdentityToken",
  "sts:TagSession",
];

/** Empty lists, and actions that a trust policy does not accept; of other policies not every action is known here. */
export function* actionDefects({ kind, action }: Statement): Iterable<Defect> {
  if (!action) return;
  const { name, values, partial, place } = action;
  if (partial) yield { code: "action", message: `${name} has a value that is not a string`, place };
  else if (values.length === 0 || values.includes("")) yield { code: "action", message: `${name} is empty`, place };
  if (kind !== "trust policy" || action.negated) return;
  for (const value of values) {
    const pattern = value.toLowerCase();
    if (value === "" || isUnresolved(value)) continue;
    if (STS_ACTIONS.some((known) => matchesWildcard(pattern, known.toLowerCase()))) continue;
    const meant = nearest(value, STS_ACTIONS);
    yield {
      code: "action",
      message: `STS has no action "${value}", and a trust policy accepts no others`,
      fix: meant === undefined ? "write an action that STS has" : `did you mean ${meant}?`,
      place,
    };
  }
}
