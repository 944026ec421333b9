import {
  type Arn,
  callerKeys,
  type CallerIdentity,
  type ContextEntry,
  contextOf,
  isRecord,
  type RequestContext,
  entryOf,
  unknownEntry,
} from "@agent-roles/iam";
import type { AssumeRoleRequest } from "./assume-role-request.ts";

type Entries = Iterable<[key: string, entry: ContextEntry | undefined]>;

/**
 * Builds the condition keys of a call from the request: those of the caller, of the call and of the role, over them whatever
 * `request.context` states.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#available-keys-for-sts
 */
export function buildContext(input: AssumeRoleRequest, caller: CallerIdentity, role: Arn): RequestContext {
  return contextOf([
    ...callerKeys(input.caller, caller),
    ...callKeys(input),
    ...roleKeys(input, role),
    ...givenKeys(input),
  ]);
}

function* callKeys({ request = {} }: AssumeRoleRequest): Entries {
  yield ["sts:ExternalId", entryOf(request.externalId)];
  const session = unknownEntry("the session name is not given; set request.roleSessionName", { exists: true });
  yield ["sts:RoleSessionName", entryOf(request.roleSessionName) ?? session];
  yield ["sts:SourceIdentity", entryOf(request.sourceIdentity)];
  const tags = Object.entries(request.sessionTags ?? {});
  for (const [key, value] of tags) yield [`aws:RequestTag/${key}`, entryOf(value)];
  if (tags.length > 0) yield ["aws:TagKeys", entryOf(tags.map(([key]) => key))];
  yield ["sts:TransitiveTagKeys", entryOf(request.transitiveTagKeys)];
  // STS listens on TLS only.
  yield ["aws:SecureTransport", entryOf("true")];
}

function* roleKeys(input: AssumeRoleRequest, arn: Arn): Entries {
  const { role } = input;
  yield ["aws:ResourceAccount", entryOf(arn.account)];
  yield ["aws:ResourceOrgID", entryOf(role.orgId)];
  if (role.orgId !== undefined) {
    yield ["aws:ResourceOrgPaths", unknownEntry("the role's place in its organization is not given", { exists: true })];
  }
  const inherited = inheritedTags(input);
  for (const [key, value] of Object.entries(role.tags ?? {})) {
    // A transitive tag replaces the role's own.
    yield [`aws:ResourceTag/${key}`, entryOf(inherited.get(key.toLowerCase()) ?? value)];
    yield [`iam:ResourceTag/${key}`, entryOf(value)];
  }
}

function* givenKeys({ request }: AssumeRoleRequest): Entries {
  for (const [key, value] of Object.entries(request?.context ?? {})) yield [key, entryOf(value)];
}

/**
 * The tags that a session inherits from the caller's and passes on, by their keys in lower case: AWS ignores the case of
 * tag keys here.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
 */
export function inheritedTags({ caller }: AssumeRoleRequest): ReadonlyMap<string, string> {
  const tags = "arn" in caller && isRecord(caller.transitiveTags) ? caller.transitiveTags : {};
  return new Map(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]));
}

/** A session tag of the call that would override an inherited one, which STS refuses. */
export function overriddenTag(input: AssumeRoleRequest): string | undefined {
  const inherited = inheritedTags(input);
  return Object.keys(input.request?.sessionTags ?? {}).find((key) => inherited.has(key.toLowerCase()));
}
