import { type Decision, evaluate, type Reason } from "@agent-roles/iam";
import type { IamState } from "../iam/iam-state.ts";
import { type Caller, credentialKeys, describeCaller, isSession } from "../sts/caller.ts";
import type { StsContext } from "../sts/issue-session.ts";
import { failure, type ServiceError } from "../sts/sts-answer.ts";
import { nameCloudFormation } from "./name-cloudformation.ts";
import { nameIam } from "./name-iam.ts";
import { nameJson } from "./name-json.ts";
import { nameS3 } from "./name-s3.ts";
import { type Named, type NamedAction, type ServiceRequest, unknownResource } from "./named-request.ts";
import { readQuery } from "./query-protocol.ts";

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
  context: Pick<StsContext, "iam" | "membership">,
): Promise<Refusal | undefined> {
  const { iam } = context;
  const { arn, accountId } = caller;
  const named = await nameRequest({ ...asked, accountId, userArn: isSession(caller) ? undefined : arn }, iam);
  if (typeof named === "string") {
    const message = `User: ${arn}: the sandbox cannot name this request, so it refuses it: ${named}`;
    return { ...failure(403, "AccessDenied", message), isUnnamed: true };
  }
  const described = await describeCaller(caller, context);
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
    if (decision !== "allowed") return failure(403, "AccessDenied", deniedText(arn, each, decision, reasons));
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
        : unknownResource(`ec2:${action}`);
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
