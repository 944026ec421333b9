import type { Arn } from "./arn.ts";
import type { AssumeRoleRequest } from "./assume-role-request.ts";
import type { CallerIdentity } from "./caller-identity.ts";
import { callerKeys } from "./caller-keys.ts";
import { asList, isRecord } from "./json.ts";
import { UNSTATED_KEYS } from "./unstated-keys.ts";

/** What the request says of one condition key. */
export type ContextEntry =
  | { readonly state: "present"; readonly values: readonly string[] }
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly why: string };

/** The condition keys of one call, by their names in lower case: AWS ignores the case of key names. */
export type RequestContext = ReadonlyMap<string, ContextEntry>;

/** A value to put into the context: `undefined` leaves the key out, a string in `unknown` says why it is not known. */
export type KeyValue = string | readonly string[] | { readonly unknown: string } | undefined;

/**
 * Builds the condition keys of a call from the question: those of the caller, of the call and of the role, over them
 * whatever `request.context` states.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#available-keys-for-sts
 */
export function buildContext(input: AssumeRoleRequest, caller: CallerIdentity, role: Arn): RequestContext {
  const context = new Map<string, ContextEntry>();
  const put = (key: string, value: KeyValue): void => {
    const entry = toEntry(value);
    if (entry) context.set(key.toLowerCase(), entry);
  };
  for (const [key, value] of callerKeys(input.caller, caller)) put(key, value);
  for (const [key, value] of callKeys(input)) put(key, value);
  for (const [key, value] of roleKeys(input, role)) put(key, value);
  for (const [key, value] of Object.entries(input.request?.context ?? {})) put(key, value);
  return context;
}

/** Looks a key up. A key that AWS fills in but the question leaves out is unknown; any other is absent. */
export function lookUp(context: RequestContext, key: string): ContextEntry {
  const name = key.toLowerCase();
  const entry = context.get(name);
  if (entry) return entry;
  // AWS fills in the address only outside a VPC endpoint, and the endpoint only inside one.
  if (name === "aws:sourceip" && context.has("aws:sourcevpce")) return { state: "absent" };
  if (/^aws:(?:sourcevpc|sourcevpce|vpcsourceip)$/.test(name) && context.has("aws:sourceip"))
    return { state: "absent" };
  if (UNSTATED_KEYS.has(name)) {
    return { state: "unknown", why: `${key} is not part of the question; state it in request.context` };
  }
  return { state: "absent" };
}

function toEntry(value: unknown): ContextEntry | undefined {
  if (value === undefined || value === null) return undefined;
  if (isRecord(value)) {
    return typeof value["unknown"] === "string" ? { state: "unknown", why: value["unknown"] } : undefined;
  }
  const values = asList(value).map(String);
  return values.length > 0 ? { state: "present", values } : { state: "absent" };
}

function* callKeys({ caller, request = {} }: AssumeRoleRequest): Iterable<[string, KeyValue]> {
  yield ["sts:ExternalId", request.externalId];
  if (request.roleSessionName !== undefined) yield ["sts:RoleSessionName", request.roleSessionName];
  yield ["sts:SourceIdentity", request.sourceIdentity];
  const tags = Object.entries(request.sessionTags ?? {});
  for (const [key, value] of tags) yield [`aws:RequestTag/${key}`, value];
  if (tags.length > 0) yield ["aws:TagKeys", tags.map(([key]) => key)];
  if (request.transitiveTagKeys?.length) yield ["sts:TransitiveTagKeys", request.transitiveTagKeys];
  // STS listens on TLS only.
  yield ["aws:SecureTransport", "true"];
  yield ["aws:ViaAWSService", "false"];
  yield ["aws:PrincipalIsAWSService", isRecord(caller) && "service" in caller ? "true" : "false"];
}

function* roleKeys({ role }: AssumeRoleRequest, arn: Arn): Iterable<[string, KeyValue]> {
  yield ["aws:ResourceAccount", arn.account];
  yield ["aws:ResourceOrgID", role.orgId];
  if (role.orgId !== undefined)
    yield ["aws:ResourceOrgPaths", { unknown: "the role's place in its organization is not known" }];
  for (const [key, value] of Object.entries(role.tags ?? {})) {
    yield [`aws:ResourceTag/${key}`, value];
    yield [`iam:ResourceTag/${key}`, value];
  }
}
