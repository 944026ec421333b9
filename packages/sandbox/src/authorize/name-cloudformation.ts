import { isArn, type Named, type ServiceRequest, unknownResource } from "./named-request.ts";
import { readQuery } from "./query-protocol.ts";

/** Actions without a resource. */
const WITHOUT_RESOURCE =
  /^(?:ListStacks|ListStackSets|ListExports|ListImports|ValidateTemplate|EstimateTemplateCost|DescribeAccountLimits|GetTemplateSummary|DescribeStacks|DescribeType|ListTypes)$/;

/**
 * Names a call of CloudFormation. What the deployment itself does is not authorized.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
 */
export function nameCloudFormation({ request, signed, body, accountId }: ServiceRequest): Named {
  const parameters = readQuery(request, body);
  if (typeof parameters === "string") return parameters;
  const action = parameters.get("Action") ?? "";
  const [stack, stackSet, changeSet, role] = ["StackName", "StackSetName", "ChangeSetName", "RoleARN"].map((name) =>
    parameters.get(name),
  );
  const prefix = `arn:aws:cloudformation:${signed.region}:${accountId}:`;
  const resource =
    stack !== undefined
      ? isArn(stack)
        ? stack
        : `${prefix}stack/${stack}/*`
      : stackSet !== undefined
        ? isArn(stackSet)
          ? stackSet
          : `${prefix}stackset/${stackSet}:*`
        : changeSet !== undefined && isArn(changeSet)
          ? changeSet
          : WITHOUT_RESOURCE.test(action)
            ? "*"
            : undefined;
  if (resource === undefined) return unknownResource(`cloudformation:${action}`);
  const passed = role === undefined ? [] : [{ action: "iam:PassRole", resource: role }];
  return [{ action: `cloudformation:${action}`, resource }, ...passed];
}
