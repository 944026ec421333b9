import { type Caller, claimPrefix, isUnresolved, KEPT_BY_SESSIONS } from "@agent-roles/iam";
import type { AssumeRoleParameters } from "../assume-role/assume-role-request.ts";
import { fillerFor } from "./caller-context.ts";
import { type PossibleCaller, SESSION } from "./callers.ts";
import { type Values, valuesToTry } from "./clause-values.ts";
import type { ReadTrust } from "./read-trust.ts";

const REQUEST_TAG = "aws:requesttag/";

/** Keys that follow from who calls and which role it is; a request cannot choose them. */
const NOT_OF_THE_REQUEST =
  /^aws:principal|^aws:resource|^iam:resource|^aws:(securetransport|viaawsservice|username|tokenissuetime)$/;
const MFA = /^aws:multifactorauth/;

/**
 * The requests with which a caller would try to get past a trust policy: one for nothing at all, and for each Allow
 * statement those that meet its conditions and avoid the Deny statements', as far as a request can. What the caller
 * can obtain (a network address, a token's claims, an external ID that the policy shows) counts as had.
 */
export function possibleRequests(
  trust: ReadTrust,
  { caller, known, context: given }: Pick<PossibleCaller, "caller" | "known" | "context">,
): readonly AssumeRoleParameters[] {
  const requests = valuesToTry(trust, {
    chooses: (key) => !NOT_OF_THE_REQUEST.test(key) && (!MFA.test(key) || isUser(caller)) && !isForeign(key, caller),
    fillIn: fillerFor(caller, trust.role),
    // The policies of a role of the set can ask for others.
    onlyForTrust: !known,
  }).map((values) => {
    const request = toRequest(values);
    return given ? { ...request, context: { ...request.context, ...given } } : request;
  });
  return [...new Map(requests.map((request) => [JSON.stringify(request), request])).values()];
}

/** Keys that only AWS services send. */
const OF_SERVICE = /^aws:source(?:arn|account|orgid|orgpaths)$/;

/** Whether calls of such a caller never have a key: what only services send, and claims of a token that is not theirs. */
function isForeign(key: string, caller: Caller): boolean {
  if (isUnresolved(key)) return false;
  if (OF_SERVICE.test(key)) return !("service" in caller);
  const prefix = key.slice(0, key.lastIndexOf(":"));
  if (prefix !== "saml" && !prefix.includes(".")) return "federated" in caller && key === "sts:externalid";
  if ("federated" in caller) {
    return !isUnresolved(caller.federated) && prefix !== claimPrefix(caller.federated).toLowerCase();
  }
  return isUser(caller) || "service" in caller || !KEPT_BY_SESSIONS.has(key);
}

function isUser(caller: Caller): boolean {
  return "arn" in caller && caller.arn.includes(":user/");
}

function toRequest(values: ReadonlyMap<string, Values>): AssumeRoleParameters {
  const context: Record<string, string | readonly string[]> = {};
  // AWS has no two tags whose keys differ in case alone. Here conditions write the key small, and lists of keys as it is.
  const tags = new Map<string, readonly [key: string, value: string]>();
  const tagAll = (keys: readonly string[]): void => {
    for (const each of keys) tags.set(each.toLowerCase(), [each, tags.get(each.toLowerCase())?.[1] ?? "x"]);
  };
  const request: { -readonly [Name in keyof AssumeRoleParameters]: AssumeRoleParameters[Name] } = {
    roleSessionName: SESSION,
  };
  for (const [key, value] of values) {
    if (value === undefined) continue;
    const text = typeof value === "string" ? value : (value[0] ?? "");
    const list = typeof value === "string" ? [value] : value;
    if (key === "sts:externalid") request.externalId = text;
    else if (key === "sts:rolesessionname") request.roleSessionName = text;
    else if (key === "sts:sourceidentity") request.sourceIdentity = text;
    else if (key === "sts:transitivetagkeys") {
      request.transitiveTagKeys = list;
      tagAll(list);
    } else if (key === "aws:tagkeys") tagAll(list);
    else if (key.startsWith(REQUEST_TAG)) {
      const tag = key.slice(REQUEST_TAG.length);
      tags.set(tag, [tags.get(tag)?.[0] ?? tag, text]);
    } else context[key] = value;
  }
  if (tags.size > 0) request.sessionTags = Object.fromEntries(tags.values());
  if (Object.keys(context).length > 0) request.context = context;
  return request;
}
