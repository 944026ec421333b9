import { expect, it } from "vitest";
import { deployFailure } from "./deploy-failure.ts";

const role = "arn:aws:iam::123456789013:role/Deployer";
const stack = "agent-roles-123456789013";

it.each([
  ["Throttled", "Rate exceeded", true],
  ["Throttled", "Error: connect ECONNRESET 10.0.0.1:443", true],
  [
    "NoCredentials",
    "Need to perform AWS calls for account 123456789013, but no credentials have been configured",
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
    "Could not assume role in target account using current credentials: not authorized to perform: sts:AssumeRole. Please make sure that this role exists in the account. If it doesn't exist, (re)-bootstrap the environment with the right '--trust'.",
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

it("names the deploy role in the fix, and never advises to bootstrap", () => {
  const reason =
    "Could not assume role in target account. If it doesn't exist, (re)-bootstrap the environment with the right '--trust'.";
  const { message, fix } = deployFailure(reason, role, stack);
  expect(fix).toContain(role);
  expect(`${message} ${fix}`).not.toMatch(/bootstrap/i);
  expect(message).toContain("Could not assume role in target account");
});

it("gives one line without colours", () => {
  expect(deployFailure("\u001B[31mfailed\u001B[39m\n\n  creation", role, stack).message).toBe("failed creation");
});
