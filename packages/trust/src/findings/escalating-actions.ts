import type { Statement } from "@agent-roles/iam";
import type { IndexedRole } from "./indexed-role.ts";
import { covers, resourcesOf } from "./statements.ts";

/** Each of them by itself changes who may do what. */
const CHANGES_PERMISSIONS = [
  "iam:UpdateAssumeRolePolicy",
  "iam:PutRolePolicy",
  "iam:AttachRolePolicy",
  "iam:DeleteRolePermissionsBoundary",
  "iam:CreatePolicyVersion",
  "iam:SetDefaultPolicyVersion",
  "iam:PutUserPolicy",
  "iam:AttachUserPolicy",
  "iam:PutGroupPolicy",
  "iam:AttachGroupPolicy",
  "iam:AddUserToGroup",
  "iam:CreateAccessKey",
  "iam:CreateLoginProfile",
  "iam:UpdateLoginProfile",
];
const PASS_ROLE = "iam:PassRole";
/** With `iam:PassRole` they run code as another role. */
const RUNS_AS_ROLE = [
  "lambda:CreateFunction",
  "lambda:UpdateFunctionConfiguration",
  "ec2:RunInstances",
  "ec2:AssociateIamInstanceProfile",
  "ecs:RunTask",
  "ecs:RegisterTaskDefinition",
  "cloudformation:CreateStack",
  "codebuild:CreateProject",
  "glue:CreateJob",
  "glue:CreateDevEndpoint",
  "sagemaker:CreateNotebookInstance",
  "states:CreateStateMachine",
  "ssm:StartAutomationExecution",
  "bedrock-agentcore:CreateCodeInterpreter",
];
const ADMINISTRATORS = /^arn:[^:]+:iam::aws:policy\/(?:AdministratorAccess|IAMFullAccess)$/;

/**
 * The actions of a role's own policies, boundary and denials considered, with which it can get more than it has.
 *
 * @returns an empty list when there are none; `iam:PassRole` stands with what makes it one.
 */
export function escalatingActions(role: IndexedRole): readonly string[] {
  const may = (action: string): boolean => isAllowed(role, action);
  const alone = CHANGES_PERMISSIONS.filter(may);
  const runs = may(PASS_ROLE) ? RUNS_AS_ROLE.find(may) : undefined;
  return runs === undefined ? alone : [...alone, `${PASS_ROLE} with ${runs}`];
}

function isAllowed({ role, identity, boundary }: IndexedRole, action: string): boolean {
  const given = role.managedPolicyArns.some((arn) => ADMINISTRATORS.test(arn)) && action.startsWith("iam:");
  const allows = (statements: readonly Statement[]): boolean => statements.some((each) => opens(each, action));
  const all = [...identity, ...(boundary ?? [])];
  return (given || allows(identity)) && (!boundary || allows(boundary)) && !all.some((each) => forbids(each, action));
}

/** Not counted: what is allowed only with a boundary on what is created, AWS's own way to delegate. */
function opens(statement: Statement, action: string): boolean {
  if (statement.effect !== "Allow" || !covers(statement, action)) return false;
  return !statement.conditions.some(({ key }) => key === "iam:permissionsboundary");
}

function forbids(statement: Statement, action: string): boolean {
  if (statement.effect !== "Deny" || statement.conditions.length > 0 || !covers(statement, action)) return false;
  return resourcesOf(statement).includes("*");
}
