import { lastSegment } from "./arn.ts";
import type { AwsCaller, Caller } from "./assume-role-request.ts";
import type { CallerIdentity } from "./caller-identity.ts";
import type { KeyValue } from "./request-context.ts";

type Entries = Iterable<[string, KeyValue]>;

/** The condition keys that describe who calls. */
export function* callerKeys(caller: Caller, identity: CallerIdentity): Entries {
  switch (identity.type) {
    case "federated":
      return;
    case "service":
      yield ["aws:PrincipalServiceName", identity.service];
      for (const key of ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"]) {
        yield [
          key,
          {
            unknown: `for whom ${identity.service} calls is not part of the question; state ${key} in request.context`,
          },
        ];
      }
      return;
    case "role":
    case "user":
    case "federated-user":
    case "root":
      if ("arn" in caller) yield* awsCallerKeys(caller, identity);
  }
}

function* awsCallerKeys(
  caller: AwsCaller,
  identity: Exclude<CallerIdentity, { type: "federated" | "service" }>,
): Entries {
  yield ["aws:PrincipalArn", identity.principalArn];
  yield ["aws:PrincipalAccount", identity.arn.account];
  yield ["aws:PrincipalOrgID", caller.orgId];
  yield ["aws:PrincipalOrgPaths", caller.orgPaths];
  if (caller.orgId !== undefined) {
    if (caller.orgPaths === undefined) yield ["aws:PrincipalOrgPaths", { unknown: "caller.orgPaths is not given" }];
    yield ["aws:PrincipalOrgMasterAccountId", { unknown: "the organization's management account is not given" }];
  }
  for (const [key, value] of Object.entries(caller.tags ?? {})) yield [`aws:PrincipalTag/${key}`, value];
  switch (identity.type) {
    case "role":
      yield ["aws:PrincipalType", "AssumedRole"];
      // Sessions of a role always carry the key, and AssumeRole never carries MFA over into the session.
      yield ["aws:MultiFactorAuthPresent", "false"];
      yield ["aws:TokenIssueTime", { unknown: "when the caller's session began is not part of the question" }];
      return;
    case "user":
      yield ["aws:PrincipalType", "User"];
      yield ["aws:username", lastSegment(identity.arn.resource)];
      return;
    case "federated-user":
      yield ["aws:PrincipalType", "FederatedUser"];
      yield ["aws:userid", `${identity.arn.account}:${lastSegment(identity.arn.resource)}`];
      return;
    case "root":
      yield ["aws:PrincipalType", "Account"];
      yield ["aws:userid", identity.arn.account];
  }
}
