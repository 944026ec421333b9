import { expect, it } from "vitest";
import { deployFailure } from "./deploy-failure.ts";

const role = "arn:aws:iam::123456789013:role/Deployer";
const stack = "agent-roles-123456789013";

it.each([
  ["Throttled", "Rate exceeded", true],
  ["Throttled", "Error: connect ECONNRESET 10.0.0.1:443", true],
  ["NoCredentials", "CredentialsProviderError: Could not load credentials from any providers", false],
  [
    "CredentialsExpired",
    "CredentialsProviderError: Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
    false,
  ],
  [
    "DeployRoleRefusesSession",
    "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: sts:SetSourceIdentity on resource: x",
    false,
  ],
  ["CredentialsExpired", "ExpiredToken: The security token included in the request is expired", false],
  [
    "DeployRoleNotAssumable",
    "AccessDenied: User: arn:aws:iam::1:user/a is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::2:role/b",
    false,
  ],
  [
    "RollbackFailed",
    "ValidationError: Stack:arn:aws:cloudformation:x is in UPDATE_ROLLBACK_FAILED state and can not be updated.",
    false,
  ],
  [
    "TerminationProtected",
    "ValidationError: Stack [x] cannot be deleted while TerminationProtection is enabled",
    false,
  ],
  ["StackBusy", "Stack:arn:aws:cloudformation:x is in UPDATE_IN_PROGRESS state and can not be updated.", false],
  ["RoleExists", "Resource of type 'AWS::IAM::Role' with identifier 'Reader' already exists.", false],
  [
    "RoleNeedsReplacement",
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename Reader and update the stack again.",
    false,
  ],
  ["RoleInUse", "Cannot delete entity, must detach all policies first. (Status Code: 409)", false],
  ["PrincipalMissing", 'Invalid principal in policy: "AWS":"arn:aws:iam::999999999999:root"', false],
  ["PolicyMissing", "Policy arn:aws:iam::aws:policy/Nope does not exist or is not attachable. (NoSuchEntity)", false],
  ["PolicyRejected", 'Resource arn:x must be in ARN format or "*". (MalformedPolicyDocument)', false],
  ["QuotaExceeded", "Cannot exceed quota for PoliciesPerRole: 10", false],
  [
    "AccessDenied",
    "is not authorized to perform: iam:CreateRole with an explicit deny in a service control policy",
    false,
  ],
  ["Failed", "Something new", false],
])("calls %s what AWS says as %s", (code, reason, retryable) => {
  expect(deployFailure(reason, role, stack)).toMatchObject({ code, retryable });
});

it("names the deploy role in the fix", () => {
  expect(deployFailure("not authorized to perform: sts:AssumeRole", role, stack).fix).toContain(role);
});

it("gives one line", () => {
  expect(deployFailure("failed\n\n  creation", role, stack).message).toBe("failed creation");
});

it("knows a refused connection, which has a code only", () => {
  const refused = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
  expect(deployFailure(refused, role, stack)).toMatchObject({
    code: "Unreachable",
    message: "AggregateError: ECONNREFUSED",
  });
});
