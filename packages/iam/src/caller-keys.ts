import { lastSegment, parseArn } from "./arn.ts";
import { KEPT_BY_SESSIONS } from "./condition-keys.ts";
import type { AwsPrincipal, Caller } from "./request.ts";
import type { AwsIdentity, CallerIdentity } from "./caller-identity.ts";
import { unknownEntry, entryOf, type ContextEntry } from "./request-context.ts";

type Entries = Iterable<[key: string, entry: ContextEntry | undefined]>;

/** The condition keys that describe who calls. */
export function* callerKeys(caller: Caller, identity: CallerIdentity): Entries {
  yield ["aws:ViaAWSService", entryOf("false")];
  yield ["aws:PrincipalIsAWSService", entryOf(String(identity.type === "service"))];
  if (identity.type === "federated") yield* claimKeys(identity.provider);
  else if (identity.type === "service") yield* serviceKeys(identity.service);
  else {
    yield* identityKeys(identity);
    if ("arn" in caller) yield* descriptionKeys(caller);
  }
}

/**
 * The claims of a token, the attributes of an assertion. Those that are not given are unknown; keys of another provider are
 * never there.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
function* claimKeys(provider: string): Entries {
  const isOidc = parseArn(provider)?.resource.startsWith("oidc-provider/") === true;
  const why = "the claims of the token are not given";
  yield [`${claimPrefix(provider)}:*`, isOidc ? unknownEntry(why, { exists: true }) : unknownEntry(why)];
}

/** What the condition keys of a provider's claims begin with: the host of an OIDC provider, `saml`. */
export function claimPrefix(provider: string): string {
  const resource = parseArn(provider)?.resource ?? provider;
  return resource.startsWith("saml-provider/") ? "saml" : resource.replace(/^oidc-provider\//, "");
}

/**
 * @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
 */
function* serviceKeys(service: string): Entries {
  if (service === "rolesanywhere.amazonaws.com") {
    yield [
      "aws:PrincipalTag/*",
      unknownEntry("the fields of the certificate, which become session tags, are not given"),
    ];
  }
  if (service === "pods.eks.amazonaws.com") {
    const why = "the session tags of the pod are not given; set request.sessionTags";
    for (const key of ["aws:RequestTag/*", "aws:TagKeys"]) yield [key, unknownEntry(why)];
  }
  yield ["aws:PrincipalServiceName", entryOf(service)];
  for (const key of ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"]) {
    yield [key, unknownEntry(`the resource that ${service} calls for is not given; set ${key} in request.context`)];
  }
}

/** What the request contains about the caller, besides its name. */
function* descriptionKeys({ orgId, orgPaths, tags, transitiveTags }: AwsPrincipal): Entries {
  yield ["aws:PrincipalOrgID", entryOf(orgId)];
  yield ["aws:PrincipalOrgPaths", entryOf(orgPaths)];
  if (orgId !== undefined) {
    if (orgPaths === undefined)
      yield ["aws:PrincipalOrgPaths", unknownEntry("caller.orgPaths is not given", { exists: true })];
    yield [
      "aws:PrincipalOrgMasterAccountId",
      unknownEntry("the organization's management account is not given", { exists: true }),
    ];
  }
  for (const [key, value] of Object.entries(tags ?? {})) yield [`aws:PrincipalTag/${key}`, entryOf(value)];
  for (const [key, value] of Object.entries(transitiveTags ?? {})) yield [`aws:PrincipalTag/${key}`, entryOf(value)];
}

function* identityKeys(identity: AwsIdentity): Entries {
  yield ["aws:PrincipalArn", entryOf(identity.principalArn)];
  yield ["aws:PrincipalAccount", entryOf(identity.arn.account)];
  const name = lastSegment(identity.arn.resource);
  switch (identity.type) {
    case "role":
      if (!identity.pathKnown) {
        yield ["aws:PrincipalArn", { state: "present", values: [identity.principalArn], pathUnknown: true }];
      }
      yield ["aws:PrincipalType", entryOf("AssumedRole")];
      // Sessions of a role always carry the key, and AssumeRole never carries MFA over into the session.
      yield ["aws:MultiFactorAuthPresent", entryOf("false")];
      yield ["aws:TokenIssueTime", unknownEntry("when the caller's session began is not given", { exists: true })];
      for (const key of KEPT_BY_SESSIONS) {
        yield [key, unknownEntry(`whether the session began with ${key} is not given; set it in request.context`)];
      }
      return;
    case "user":
      yield ["aws:PrincipalType", entryOf("User")];
      yield ["aws:username", entryOf(name)];
      // SerialNumber and TokenCode can come with the call; credentials of GetSessionToken have the keys, access keys do not.
      for (const key of ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime"]) {
        yield [key, unknownEntry(`whether the user's credentials have ${key} is not given; set it in request.context`)];
      }
      return;
    case "federated-user":
      yield ["aws:PrincipalType", entryOf("FederatedUser")];
      yield ["aws:TokenIssueTime", unknownEntry("when the caller's session began is not given", { exists: true })];
      yield ["aws:userid", entryOf(`${identity.arn.account}:${name}`)];
      return;
    case "root":
      yield ["aws:PrincipalType", entryOf("Account")];
      yield ["aws:userid", entryOf(identity.arn.account)];
  }
}
