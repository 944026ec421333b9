import type { TrustRole } from "@agent-roles/trust";
import { startRole } from "../role-builder.ts";
import { plain, unknownDocument } from "./plain-address.ts";
import type { PlanEnvironment } from "./plan-environment.ts";
import type { PlanResource } from "./plan-resources.ts";

/**
 * A role with unknown properties for every resource that can create roles and is not read, so that it is reported and no answer
 * about all roles passes it over.
 */
export function unreadPlanRoles(
  resources: readonly PlanResource[],
  { account, partition }: PlanEnvironment,
  file: string,
): readonly TrustRole[] {
  return resources.flatMap((resource) => {
    const why = whyUnread(resource);
    if (why === undefined) return [];
    const { address, type } = resource;
    const role = startRole(`arn:${partition}:iam::${account}:role/\${${plain(address)}}`, { file, path: address });
    role.trustPolicy = unknownDocument(address);
    role.unknowns.push({ path: "arn", expression: `${address} (${type})`, assumed: `it creates no role (${why})` });
    return [role];
  });
}

/** Why the roles of a resource are not known; `undefined` when none do, or they are read. */
function whyUnread({ type, isData, values }: PlanResource): string | undefined {
  if (isData) return undefined;
  switch (type) {
    case "awscc_iam_role":
      return "only aws_iam_role is read";
    case "aws_cloudcontrolapi_resource": {
      const { type_name: made } = values;
      return typeof made === "string" && made !== "AWS::IAM::Role" ? undefined : "only aws_iam_role is read";
    }
    case "aws_cloudformation_stack":
    case "aws_cloudformation_stack_set":
    case "aws_serverlessapplicationrepository_cloudformation_stack":
    case "awscc_cloudformation_stack":
    case "awscc_cloudformation_stack_set":
      return "a template inside a plan is not read";
    default:
      return undefined;
  }
}
