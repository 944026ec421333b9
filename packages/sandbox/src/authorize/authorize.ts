import { type Decision, evaluate, type Reason } from "@agent-roles/iam";
import type { ServiceError } from "../gateway/error-document.ts";
import type { IamState } from "../iam/iam-state.ts";
import {
  type Caller,
  callerAccount,
  callerArn,
  credentialKeys,
  describeCaller,
  type Organization,
} from "../sts/caller.ts";
import { nameCloudFormation } from "./name-cloudformation.ts";
import { nameIam } from "./name-iam.ts";
import { nameJson } from "./name-json.ts";
import { nameS3 } from "./name-s3.ts";
import type { Named, NamedAction, ServiceRequest } from "./named-request.ts";
import { readQuery } from "./query-protocol.ts";

export interface AuthorizeContext extends Organization {
  readonly iam: IamState;
}

export interface Refusal extends ServiceError {
  /** The request names no action or resource: AWS possibly does not understand it either. */
  readonly isUnnamed?: true;
}

/**
 * Decides a request to a service other than STS: identity policies, boundary, session policies, scoped policies, service
 * control policies, and a bucket's policy. A request that cannot be named is refused.
 *
 * @param conditionKeys those of the connection.
 * @returns AWS's `AccessDenied`, or `undefined` when every action of the request is allowed.
 */
export async function authorize(
  asked: Omit<ServiceRequest, "accountId" | "userArn">,
  caller: Caller,
  conditionKeys: Readonly<Record<string, string>>,
  context: AuthorizeContext,
): Promise<Refusal | undefined> {
  const { iam } = context;
  const accountId = callerAccount(caller);
  const userArn = caller.kind === "user" ? caller.user.arn : undefined;
  const named = await nameRequest({ ...asked, accountId, userArn }, iam);
  if (typeof named === "string") {
    const message = `User: ${callerArn(caller)}: the sandbox cannot name this request, so it refuses it: ${named}`;
    return { ...accessDenied(message), isUnnamed: true };
  }
  const described = await describeCaller(caller, iam, context);
  const keys = { ...credentialKeys(caller), ...conditionKeys, "aws:RequestedRegion": asked.signed.region };
  for (const each of named) {
    const { resourcePolicy, resourceAccount } = await resourceOf(each, iam);
    const { decision, reasons } = evaluate(
      {
        caller: described,
        action: each.action,
        resource: each.resource,
        context: { ...keys, ...each.context },
        ...(resourceAccount !== undefined && { resourceAccount }),
      },
      { ...described, ...(resourcePolicy && { resourcePolicy }) },
    );
    if (decision !== "allowed") return accessDenied(deniedText(callerArn(caller), each, decision, reasons));
  }
  return undefined;
}

async function nameRequest(asked: ServiceRequest, iam: IamState): Promise<Named> {
  switch (asked.signed.service) {
    case "iam":
      return nameIam(asked, iam);
    case "cloudformation":
      return nameCloudFormation(asked);
    case "s3":
      return nameS3(asked);
    case "ec2": {
      // The CDK looks up Regions and zones.
      const parameters = readQuery(asked.request, asked.body);
      if (typeof parameters === "string") return parameters;
      const action = parameters.get("Action") ?? "";
      return action.startsWith("Describe")
        ? [{ action: `ec2:${action}`, resource: "*" }]
        : `the sandbox does not know the resource of ec2:${action}`;
    }
    default:
      return nameJson(asked, iam);
  }
}

/** A bucket can belong to another account, and can have a policy. */
async function resourceOf({ resource }: NamedAction, iam: Pick<IamState, "bucket">): Promise<Partial<BucketOwner>> {
  const name = /^arn:aws:s3:::(?<name>[^/]+)/.exec(resource)?.groups?.["name"];
  return (name !== undefined && (await iam.bucket(name))) || {};
}

type BucketOwner = NonNullable<Awaited<ReturnType<IamState["bucket"]>>>;

/** The words of AWS's access denied errors. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function deniedText(
  caller: string,
  { action, resource }: NamedAction,
  decision: Decision,
  reasons: readonly Reason[],
): string {
  const deciding = reasons.filter(({ effect }) => effect === decision);
  const deny = deciding.find(({ message }) => message.includes(` denies ${action}`));
  const kind = POLICY_NAMES[(deny ?? deciding[0])?.policy ?? ""] ?? "identity-based policy";
  const why =
    decision === "uncertain"
      ? `because the sandbox cannot decide it: ${deciding[0]?.message ?? ""}`
      : deny
        ? `with an explicit deny in ${kind.startsWith("i") ? "an" : "a"} ${kind}`
        : `because no ${kind} allows the ${action} action`;
  return `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

const POLICY_NAMES: Readonly<Record<string, string>> = {
  "session policy": "session policy",
  "permissions boundary": "permissions boundary",
  "service control policy": "service control policy",
  "resource policy": "resource-based policy",
};

function accessDenied(message: string): ServiceError {
  return { status: 403, code: "AccessDenied", message };
}
