import { expect, it } from "vitest";
import { deployFailure } from "./deploy-failure.ts";

const role = "arn:aws:iam::123456789013:role/Deployer";
const stack = "agent-roles-123456789013";

it.each([
  ["Throttled", "Rate exceeded", 5],
  ["Throttled", "Error: connect ECONNRESET 10.0.0.1:443", 5],
  ["NoCredentials", "CredentialsProviderError: Could not load credentials from any providers", 1],
  [
    "CredentialsExpired",
    "CredentialsProviderError: Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
    1,
  ],
  [
    "DeployRoleRefusesSession",
    "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: sts:SetSourceIdentity on resource: x",
    1,
  ],
  ["CredentialsExpired", "ExpiredToken: The security token included in the request is expired", 1],
  [
    "DeployRoleNotAssumable",
    "AccessDenied: User: arn:aws:iam::1:user/a is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::2:role/b",
    2,
  ],
  [
    "DeployRoleNotAssumable",
    "AccessDenied: … sts:AssumeRole on resource: arn:aws:iam::2:role/b (the sandbox has no account 2: start it again)",
    1,
  ],
  [
    "RollbackFailed",
    "ValidationError: Stack:arn:aws:cloudformation:x is in UPDATE_ROLLBACK_FAILED state and can not be updated.",
    1,
  ],
  ["TerminationProtected", "ValidationError: Stack [x] cannot be deleted while TerminationProtection is enabled", 1],
  ["StackBusy", "Stack:arn:aws:cloudformation:x is in UPDATE_IN_PROGRESS state and can not be updated.", 1],
  ["RoleExists", "Resource of type 'AWS::IAM::Role' with identifier 'Reader' already exists.", 1],
  [
    "RoleNeedsReplacement",
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename Reader and update the stack again.",
    1,
  ],
  ["RoleInUse", "Cannot delete entity, must detach all policies first. (Status Code: 409)", 1],
  ["PrincipalMissing", 'Invalid principal in policy: "AWS":"arn:aws:iam::999999999999:root"', 2],
  ["RoleMissing", "NoSuchEntityException: The role with name Reader cannot be found.", 1],
  ["PolicyMissing", "NoSuchEntityException: The role policy with name Old cannot be found.", 1],
  ["PolicyMissing", "Policy arn:aws:iam::aws:policy/Nope does not exist or is not attachable. (NoSuchEntity)", 1],
  ["PolicyRejected", 'Resource arn:x must be in ARN format or "*". (MalformedPolicyDocument)', 1],
  ["QuotaExceeded", "Cannot exceed quota for PoliciesPerRole: 10", 1],
  ["AccessDenied", "is not authorized to perform: iam:CreateRole with an explicit deny in a service control policy", 1],
  ["Failed", "Something new", 1],
])("calls %s what AWS says as %s", (code, reason, tries) => {
  expect(deployFailure(reason, role, stack)).toMatchObject({ code, tries });
});

it("names the deploy role in the fix", () => {
  expect(deployFailure("not authorized to perform: sts:AssumeRole", role, stack).fix).toContain(role);
});

it("names what removes the policy of revoke, with which IAM deletes no role", () => {
  expect(deployFailure("must delete policies first.", role, stack).fix).toContain("agent-roles revoke --all --undo");
});

it("gives the message of a failed deployment in one line", () => {
  expect(deployFailure("failed\n\n  creation", role, stack).message).toBe("failed creation");
});

it("knows a refused connection, which has a code only", () => {
  const refused = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
  expect(deployFailure(refused, role, stack)).toMatchObject({
    code: "Unreachable",
    message: "AggregateError: ECONNREFUSED",
  });
});
