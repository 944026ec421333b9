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
 * another person can start it. A path that includes another one is left out.
 */
export const ESCALATION_PATHS: readonly EscalationPath[] = [
  // Own permissions, trust and limits
  { actions: ["iam:CreatePolicyVersion"], source: `${PATHFINDING}/iam-001` },
  { actions: ["iam:SetDefaultPolicyVersion"], source: RHINO },
  { actions: ["iam:PutRolePolicy"], source: `${PATHFINDING}/iam-005` },
  { actions: ["iam:AttachRolePolicy"], source: `${PATHFINDING}/iam-009` },
  { actions: ["iam:PutUserPolicy"], source: `${PATHFINDING}/iam-007` },
  { actions: ["iam:AttachUserPolicy"], source: `${PATHFINDING}/iam-008` },
  { actions: ["iam:PutGroupPolicy"], source: `${PATHFINDING}/iam-011` },
  { actions: ["iam:AttachGroupPolicy"], source: `${PATHFINDING}/iam-010` },
  { actions: ["iam:AddUserToGroup"], source: `${PATHFINDING}/iam-013` },
  { actions: ["iam:UpdateAssumeRolePolicy"], source: `${PATHFINDING}/iam-012` },
  { actions: ["iam:DeleteRolePermissionsBoundary"], source: HACKING_THE_CLOUD },
  { actions: ["iam:PutRolePermissionsBoundary"], source: HACKING_THE_CLOUD },
  { actions: ["iam:DeleteUserPermissionsBoundary"], source: HACKING_THE_CLOUD },
  { actions: ["iam:PutUserPermissionsBoundary"], source: HACKING_THE_CLOUD },
  { actions: ["iam:DeleteRolePolicy"], source: HACKING_THE_CLOUD },
  { actions: ["iam:DetachRolePolicy"], source: HACKING_THE_CLOUD },
  { actions: ["iam:DeleteUserPolicy"], source: HACKING_THE_CLOUD },
  { actions: ["iam:DetachUserPolicy"], source: HACKING_THE_CLOUD },

  // Credentials of another principal
  { actions: ["iam:CreateAccessKey"], source: `${PATHFINDING}/iam-002` },
  { actions: ["iam:CreateLoginProfile"], source: `${PATHFINDING}/iam-004` },
  { actions: ["iam:UpdateLoginProfile"], source: `${PATHFINDING}/iam-006` },
  { actions: ["sts:AssumeRoot"], source: `${AWS}/IAM/latest/UserGuide/id_root-user-privileged-task.html` },
  { actions: ["sso:CreateAccountAssignment"], source: `${AWS}/singlesignon/latest/userguide/useraccess.html` },
  {
    actions: ["sso:PutInlinePolicyToPermissionSet"],
    source: `${AWS}/singlesignon/latest/userguide/permissionsetsconcept.html`,
  },
  {
    actions: ["sso:AttachManagedPolicyToPermissionSet"],
    source: `${AWS}/singlesignon/latest/userguide/permissionsetsconcept.html`,
  },

  // A role that a resource already has
  { actions: ["apprunner:UpdateService"], existing: true, source: `${PATHFINDING}/apprunner-002` },
  {
    actions: ["bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"],
    existing: true,
    source: `${PATHFINDING}/bedrock-002`,
  },
  { actions: ["cloudformation:UpdateStack"], existing: true, source: `${PATHFINDING}/cloudformation-002` },
  {
    actions: ["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"],
    existing: true,
    source: `${PATHFINDING}/cloudformation-005`,
  },
  { actions: ["codebuild:StartBuild"], existing: true, source: `${PATHFINDING}/codebuild-002` },
  { actions: ["codebuild:StartBuildBatch"], existing: true, source: `${PATHFINDING}/codebuild-003` },
  { actions: ["codestar:CreateProjectFromTemplate"], source: RHINO },
  { actions: ["codestar:CreateProject", "codestar:AssociateTeamMember"], source: RHINO },
  { actions: ["ec2-instance-connect:SendSSHPublicKey"], existing: true, source: `${PATHFINDING}/ec2-003` },
  {
    actions: ["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"],
    existing: true,
    source: `${PATHFINDING}/ec2-002`,
  },
  {
    actions: ["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"],
    existing: true,
    source: `${PATHFINDING}/ec2-005`,
  },
  { actions: ["ecs:ExecuteCommand"], existing: true, source: `${PATHFINDING}/ecs-006` },
  { actions: ["glue:UpdateDevEndpoint"], existing: true, source: `${PATHFINDING}/glue-002` },
  { actions: ["lambda:UpdateFunctionCode"], existing: true, source: `${PATHFINDING}/lambda-003` },
  { actions: ["lambda:UpdateFunctionConfiguration"], existing: true, source: HACKING_THE_CLOUD },
  { actions: ["sagemaker:CreatePresignedNotebookInstanceUrl"], existing: true, source: `${PATHFINDING}/sagemaker-004` },
  {
    actions: ["sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:UpdateNotebookInstance"],
    existing: true,
    source: `${PATHFINDING}/sagemaker-005`,
  },
  { actions: ["ssm:SendCommand"], existing: true, source: `${PATHFINDING}/ssm-002` },
  { actions: ["ssm:StartSession"], existing: true, source: `${PATHFINDING}/ssm-001` },

  // A role that is passed
  ...passing("apprunner.amazonaws.com", `${PATHFINDING}/apprunner-001`, "apprunner:CreateService"),
  ...passing(
    "bedrock-agentcore.amazonaws.com",
    `${PATHFINDING}/bedrock-001`,
    "bedrock-agentcore:CreateCodeInterpreter",
  ),
  ...passing("cloudformation.amazonaws.com", `${PATHFINDING}/cloudformation-001`, "cloudformation:CreateStack"),
  ...passing("cloudformation.amazonaws.com", PMAPPER, "cloudformation:CreateChangeSet", "cloudformation:UpdateStack"),
  ...passing("cloudformation.amazonaws.com", `${PATHFINDING}/cloudformation-003`, "cloudformation:CreateStackSet"),
  ...passing("cloudformation.amazonaws.com", `${PATHFINDING}/cloudformation-004`, "cloudformation:UpdateStackSet"),
  ...passing("codebuild.amazonaws.com", `${PATHFINDING}/codebuild-001`, "codebuild:CreateProject"),
  ...passing("codebuild.amazonaws.com", PMAPPER, "codebuild:UpdateProject"),
  ...passing("codestar.amazonaws.com", RHINO, "codestar:CreateProject"),
  ...passing(
    "datapipeline.amazonaws.com",
    `${PATHFINDING}/datapipeline-001`,
    "datapipeline:CreatePipeline",
    "datapipeline:PutPipelineDefinition",
  ),
  ...passing("ec2.amazonaws.com", `${PATHFINDING}/ec2-001`, "ec2:RunInstances"),
  ...passing("ec2.amazonaws.com", `${PATHFINDING}/ec2-004`, "ec2:RequestSpotInstances"),
  ...passing("ec2.amazonaws.com", PMAPPER, "ec2:AssociateIamInstanceProfile", "autoscaling:CreateLaunchConfiguration"),
  ...passing("ec2.amazonaws.com", HACKING_THE_CLOUD, "ec2:CreateLaunchTemplate"),
  ...passing(
    "ec2.amazonaws.com",
    `${AWS}/AWSEC2/latest/UserGuide/replace-iam-role.html`,
    "ec2:ReplaceIamInstanceProfileAssociation",
  ),
  ...passing("ecs-tasks.amazonaws.com", `${PATHFINDING}/ecs-004`, "ecs:RegisterTaskDefinition"),
  ...passing("ecs-tasks.amazonaws.com", `${PATHFINDING}/ecs-003`, "ecs:CreateService"),
  ...passing("ecs-tasks.amazonaws.com", `${PATHFINDING}/ecs-008`, "ecs:RunTask"),
  ...passing("ecs-tasks.amazonaws.com", `${PATHFINDING}/ecs-009`, "ecs:StartTask"),
  ...passing("glue.amazonaws.com", `${PATHFINDING}/glue-001`, "glue:CreateDevEndpoint"),
  ...passing("glue.amazonaws.com", `${PATHFINDING}/glue-003`, "glue:CreateJob"),
  ...passing("glue.amazonaws.com", `${PATHFINDING}/glue-005`, "glue:UpdateJob"),
  ...passing("glue.amazonaws.com", `${PATHFINDING}/glue-007`, "glue:CreateSession"),
  ...passing("lambda.amazonaws.com", `${PATHFINDING}/lambda-001`, "lambda:CreateFunction"),
  ...passing("lambda.amazonaws.com", PMAPPER, "lambda:UpdateFunctionConfiguration"),
  ...passing("sagemaker.amazonaws.com", `${PATHFINDING}/sagemaker-001`, "sagemaker:CreateNotebookInstance"),
  ...passing("sagemaker.amazonaws.com", `${PATHFINDING}/sagemaker-002`, "sagemaker:CreateTrainingJob"),
  ...passing("sagemaker.amazonaws.com", `${PATHFINDING}/sagemaker-003`, "sagemaker:CreateProcessingJob"),
  ...passing(
    "states.amazonaws.com",
    `${AWS}/step-functions/latest/dg/procedure-create-iam-role.html`,
    "states:CreateStateMachine",
    "states:UpdateStateMachine",
  ),
  ...passing(
    "ssm.amazonaws.com",
    `${AWS}/systems-manager/latest/userguide/automation-setup-iam.html`,
    "ssm:StartAutomationExecution",
  ),
];

function passing(passedTo: string, source: string, ...actions: readonly string[]): readonly EscalationPath[] {
  return actions.map((action) => ({ actions: [action], passedTo, source }));
}
