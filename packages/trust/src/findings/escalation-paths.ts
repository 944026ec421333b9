/** A published way to get more permissions than one has: whoever can call all of `actions` has it. */
export interface EscalationPath {
  readonly actions: readonly string[];
  /** The service that a role is passed to, as `iam:PassedToService`: iam:PassRole is then needed as well. */
  readonly passedTo?: string;
  /**
   * Whether it uses a resource that exists: a function, a project, an instance. What is limited to named ones is not counted,
   * because only their roles could be more than the caller's.
   */
  readonly existing?: true;
  readonly source: string;
}

const RHINO = "https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation";
const PMAPPER = "https://github.com/nccgroup/PMapper/tree/master/principalmapper/graphing";
const PATHFINDING = "https://pathfinding.cloud/paths";
const HACKING_THE_CLOUD = "https://hackingthe.cloud/aws/exploitation/iam_privilege_escalation/";
const AWS = "https://docs.aws.amazon.com";

/**
 * The lists of Rhino Security Labs, PMapper, Datadog's pathfinding.cloud and Hacking the Cloud, and what AWS's own pages say gives
 * other permissions. Of each path, the actions that create or change what runs as the role: a schedule, a trigger or
 * another person can start it. A path that includes another one is left out. A source such as `iam-001` is pathfinding.cloud's.
 */
export const ESCALATION_PATHS: readonly EscalationPath[] = [
  // Own permissions, trust and limits
  direct("iam-001", "iam:CreatePolicyVersion"),
  direct(RHINO, "iam:SetDefaultPolicyVersion"),
  direct("iam-005", "iam:PutRolePolicy"),
  direct("iam-009", "iam:AttachRolePolicy"),
  direct("iam-007", "iam:PutUserPolicy"),
  direct("iam-008", "iam:AttachUserPolicy"),
  direct("iam-011", "iam:PutGroupPolicy"),
  direct("iam-010", "iam:AttachGroupPolicy"),
  direct("iam-013", "iam:AddUserToGroup"),
  direct("iam-012", "iam:UpdateAssumeRolePolicy"),
  direct(HACKING_THE_CLOUD, "iam:DeleteRolePermissionsBoundary"),
  direct(HACKING_THE_CLOUD, "iam:PutRolePermissionsBoundary"),
  direct(HACKING_THE_CLOUD, "iam:DeleteUserPermissionsBoundary"),
  direct(HACKING_THE_CLOUD, "iam:PutUserPermissionsBoundary"),
  direct(HACKING_THE_CLOUD, "iam:DeleteRolePolicy"),
  direct(HACKING_THE_CLOUD, "iam:DetachRolePolicy"),
  direct(HACKING_THE_CLOUD, "iam:DeleteUserPolicy"),
  direct(HACKING_THE_CLOUD, "iam:DetachUserPolicy"),

  // Credentials of another principal
  direct("iam-002", "iam:CreateAccessKey"),
  direct("iam-004", "iam:CreateLoginProfile"),
  direct("iam-006", "iam:UpdateLoginProfile"),
  direct(`${AWS}/IAM/latest/UserGuide/id_root-user-privileged-task.html`, "sts:AssumeRoot"),
  direct(`${AWS}/singlesignon/latest/userguide/useraccess.html`, "sso:CreateAccountAssignment"),
  direct(`${AWS}/singlesignon/latest/userguide/permissionsetsconcept.html`, "sso:PutInlinePolicyToPermissionSet"),
  direct(`${AWS}/singlesignon/latest/userguide/permissionsetsconcept.html`, "sso:AttachManagedPolicyToPermissionSet"),

  // A role that a resource already has
  existing("apprunner-002", "apprunner:UpdateService"),
  existing("bedrock-002", "bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"),
  existing("cloudformation-002", "cloudformation:UpdateStack"),
  existing("cloudformation-005", "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
  existing("codebuild-002", "codebuild:StartBuild"),
  existing("codebuild-003", "codebuild:StartBuildBatch"),
  direct(RHINO, "codestar:CreateProjectFromTemplate"),
  direct(RHINO, "codestar:CreateProject", "codestar:AssociateTeamMember"),
  existing("ec2-003", "ec2-instance-connect:SendSSHPublicKey"),
  existing("ec2-002", "ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"),
  existing("ec2-005", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"),
  existing("ecs-006", "ecs:ExecuteCommand"),
  existing("glue-002", "glue:UpdateDevEndpoint"),
  existing("lambda-003", "lambda:UpdateFunctionCode"),
  existing(HACKING_THE_CLOUD, "lambda:UpdateFunctionConfiguration"),
  existing("sagemaker-004", "sagemaker:CreatePresignedNotebookInstanceUrl"),
  existing("sagemaker-005", "sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:UpdateNotebookInstance"),
  existing("ssm-002", "ssm:SendCommand"),
  existing("ssm-001", "ssm:StartSession"),

  // A role that is passed
  ...passing("apprunner", "apprunner-001", "apprunner:CreateService"),
  ...passing("bedrock-agentcore", "bedrock-001", "bedrock-agentcore:CreateCodeInterpreter"),
  ...passing("cloudformation", "cloudformation-001", "cloudformation:CreateStack"),
  ...passing("cloudformation", PMAPPER, "cloudformation:CreateChangeSet", "cloudformation:UpdateStack"),
  ...passing("cloudformation", "cloudformation-003", "cloudformation:CreateStackSet"),
  ...passing("cloudformation", "cloudformation-004", "cloudformation:UpdateStackSet"),
  ...passing("codebuild", "codebuild-001", "codebuild:CreateProject"),
  ...passing("codebuild", PMAPPER, "codebuild:UpdateProject"),
  ...passing("codestar", RHINO, "codestar:CreateProject"),
  ...passing("datapipeline", "datapipeline-001", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
  ...passing("ec2", "ec2-001", "ec2:RunInstances"),
  ...passing("ec2", "ec2-004", "ec2:RequestSpotInstances"),
  ...passing("ec2", PMAPPER, "ec2:AssociateIamInstanceProfile", "autoscaling:CreateLaunchConfiguration"),
  ...passing("ec2", HACKING_THE_CLOUD, "ec2:CreateLaunchTemplate"),
  ...passing("ec2", `${AWS}/AWSEC2/latest/UserGuide/replace-iam-role.html`, "ec2:ReplaceIamInstanceProfileAssociation"),
  ...passing("ecs-tasks", "ecs-004", "ecs:RegisterTaskDefinition"),
  ...passing("ecs-tasks", "ecs-003", "ecs:CreateService"),
  ...passing("ecs-tasks", "ecs-008", "ecs:RunTask"),
  ...passing("ecs-tasks", "ecs-009", "ecs:StartTask"),
  ...passing("glue", "glue-001", "glue:CreateDevEndpoint"),
  ...passing("glue", "glue-003", "glue:CreateJob"),
  ...passing("glue", "glue-005", "glue:UpdateJob"),
  ...passing("glue", "glue-007", "glue:CreateSession"),
  ...passing("lambda", "lambda-001", "lambda:CreateFunction"),
  ...passing("lambda", PMAPPER, "lambda:UpdateFunctionConfiguration"),
  ...passing("sagemaker", "sagemaker-001", "sagemaker:CreateNotebookInstance"),
  ...passing("sagemaker", "sagemaker-002", "sagemaker:CreateTrainingJob"),
  ...passing("sagemaker", "sagemaker-003", "sagemaker:CreateProcessingJob"),
  ...passing(
    "states",
    `${AWS}/step-functions/latest/dg/procedure-create-iam-role.html`,
    "states:CreateStateMachine",
    "states:UpdateStateMachine",
  ),
  ...passing(
    "ssm",
    `${AWS}/systems-manager/latest/userguide/automation-setup-iam.html`,
    "ssm:StartAutomationExecution",
  ),
];

function direct(source: string, ...actions: readonly string[]): EscalationPath {
  return { actions, source: /^[a-z0-9-]+$/.test(source) ? `${PATHFINDING}/${source}` : source };
}

function existing(source: string, ...actions: readonly string[]): EscalationPath {
  return { ...direct(source, ...actions), existing: true };
}

/** A path for each of the actions. */
function passing(service: string, source: string, ...actions: readonly string[]): readonly EscalationPath[] {
  return actions.map((action) => ({ ...direct(source, action), passedTo: `${service}.amazonaws.com` }));
}
