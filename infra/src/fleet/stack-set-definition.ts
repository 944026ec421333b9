import { type Manifest, STACK_SET_ROLES } from "@agent-roles/manifest";
import type { DescribeStackSetCommandOutput } from "@aws-sdk/client-cloudformation";

/** A StackSet as CloudFormation describes it. */
export type StackSet = NonNullable<DescribeStackSetCommandOutput["StackSet"]>;

type PermissionModel =
  | {
      readonly PermissionModel: "SERVICE_MANAGED";
      readonly AutoDeployment: { readonly Enabled: boolean; readonly RetainStacksOnAccountRemoval: boolean };
    }
  | {
      readonly PermissionModel: "SELF_MANAGED";
      readonly AdministrationRoleARN: string;
      readonly ExecutionRoleName: string;
    };

type StackSetDefinition = PermissionModel & {
  readonly Description: string;
  readonly Capabilities: "CAPABILITY_NAMED_IAM"[];
};

/** What the manifest says of the StackSet, besides its template. */
export function stackSetDefinition({ partition, master, stackSets = {} }: Manifest): StackSetDefinition {
  const {
    administrationAccount = master.account,
    administrationRoleName = STACK_SET_ROLES.administrationRoleName,
    executionRoleName = STACK_SET_ROLES.executionRoleName,
    organizationalUnits,
    retainOnAccountRemoval = false,
  } = stackSets;
  const model: PermissionModel = organizationalUnits
    ? {
        PermissionModel: "SERVICE_MANAGED",
        AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: retainOnAccountRemoval },
      }
    : {
        PermissionModel: "SELF_MANAGED",
        AdministrationRoleARN: `arn:${partition}:iam::${administrationAccount}:role/${administrationRoleName}`,
        ExecutionRoleName: executionRoleName,
      };
  return {
    ...model,
    Description: "agent-roles: roles that an agent assumes",
    Capabilities: ["CAPABILITY_NAMED_IAM"],
  };
}

/** Whether the StackSet in AWS is not as the manifest says. */
export function isDifferent(
  { TemplateBody, AdministrationRoleARN, ExecutionRoleName, AutoDeployment }: StackSet,
  wanted: { readonly TemplateBody: string } & StackSetDefinition,
): boolean {
  if (TemplateBody !== wanted.TemplateBody) return true;
  return wanted.PermissionModel === "SERVICE_MANAGED"
    ? AutoDeployment?.RetainStacksOnAccountRemoval !== wanted.AutoDeployment.RetainStacksOnAccountRemoval
    : AdministrationRoleARN !== wanted.AdministrationRoleARN || ExecutionRoleName !== wanted.ExecutionRoleName;
}
