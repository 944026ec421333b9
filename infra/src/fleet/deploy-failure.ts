/** Why the stack of one account failed, and what to do about it. */
export interface DeployFailure {
  readonly code: DeployFailureCode;
  readonly message: string;
  readonly fix: string;
  /** How often the call is made before it counts as failed: more than once when it can succeed a little later. */
  readonly tries: number;
}

type DeployFailureCode =
  | "Throttled"
  | "NoCredentials"
  | "DeployRoleRefusesSession"
  | "DeployRoleNotAssumable"
  | "CredentialsExpired"
  | "Unreachable"
  | "AdministrationRoleMissing"
  | "ExecutionRoleMissing"
  | "AccountSuspended"
  | "RoleExists"
  | "RoleNeedsReplacement"
  | "LeftBehind"
  | "RoleInUse"
  | "RoleMissing"
  | "PolicyMissing"
  | "PrincipalMissing"
  | "PolicyRejected"
  | "QuotaExceeded"
  | "AccessDenied"
  | "StackBusy"
  | "RollbackFailed"
  | "TerminationProtected"
  | "Failed";

interface Rule {
  readonly code: DeployFailureCode;
  readonly pattern: RegExp;
  readonly fix: string;
  readonly tries?: number;
}

/** AWS throttles for seconds. */
const THROTTLED_TRIES = 5;
/** IAM takes seconds to know a new role everywhere. */
const NEW_ROLE_TRIES = 2;

/** The first match wins. `{role}` is the deploy role's ARN, `{stack}` the stack's name. */
const RULES: readonly Rule[] = [
  {
    code: "Throttled",
    pattern:
      /Rate exceeded|Throttl|TooManyRequests|RequestLimitExceeded|ServiceUnavailable|ECONNRESET|ETIMEDOUT|socket hang up/i,
    fix: "Run the command again, or lower --concurrency.",
    tries: THROTTLED_TRIES,
  },
  {
    code: "DeployRoleRefusesSession",
    pattern: /sts:(SetSourceIdentity|TagSession)/,
    fix: "Allow sts:SetSourceIdentity and sts:TagSession in the trust policy of {role}, or deploy from a session without source identity and tags.",
  },
  {
    code: "CredentialsExpired",
    pattern:
      /ExpiredToken|token (included in the request )?(is|has) expired|InvalidClientTokenId|security token .* invalid|SSO session|SignatureDoesNotMatch/i,
    fix: "Renew the credentials of the deploying session, such as with aws sso login, and run the command again.",
  },
  {
    code: "NoCredentials",
    pattern: /could not load credentials|CredentialsProviderError|profile .*(could not be found|not found)/i,
    fix: "Set AWS credentials that can assume {role}, or set AWS_PROFILE to a profile that has them.",
  },
  {
    code: "Unreachable",
    pattern: /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|TimeoutError|certificate/,
    fix: "Check the network, the proxy (HTTPS_PROXY), AWS_CA_BUNDLE and AWS_ENDPOINT_URL.",
  },
  {
    code: "AdministrationRoleMissing",
    pattern: /role with trust relationship to CloudFormation service/i,
    fix: "Create the administration role (stackSets.administrationRoleName) in the account that the message names: cloudformation.amazonaws.com must be able to assume it, and it the execution roles.",
  },
  {
    code: "ExecutionRoleMissing",
    pattern: /role with trust relationship to Role/i,
    fix: "Create {role} so that it trusts the administration role and can manage IAM roles, or correct stackSets.executionRoleName.",
  },
  {
    code: "AccountSuspended",
    pattern: /SUSPENDED_ACCOUNT|account is suspended/i,
    fix: "Reactivate the account, or remove it from the manifest or the organizational unit.",
  },
  {
    code: "DeployRoleNotAssumable",
    pattern: /the sandbox has no account/,
    fix: "Start the sandbox again with --manifest: it has the accounts of the manifest at its start.",
  },
  {
    code: "DeployRoleNotAssumable",
    pattern: /role with trust relationship to Role|assume role|sts:AssumeRole/i,
    fix: "Create {role} so that it trusts the deploying session, or set deployRoleName for the account; leave the account out if it is suspended.",
    tries: NEW_ROLE_TRIES,
  },
  {
    code: "StackBusy",
    pattern: /_IN_PROGRESS state|is in [A-Z_]*_IN_PROGRESS|OperationInProgress|Stack \[[^\]]*\] already exists/,
    fix: "Wait until the other operation on {stack} has finished and run the command again.",
  },
  {
    code: "RollbackFailed",
    pattern: /UPDATE_ROLLBACK_FAILED/,
    fix: "Correct what the events of {stack} name, run aws cloudformation continue-update-rollback --stack-name {stack} with the credentials of {role}, and run the command again.",
  },
  {
    code: "TerminationProtected",
    pattern: /TerminationProtection/,
    fix: "Run aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {stack} with the credentials of {role}, and run the command again.",
  },
  {
    code: "RoleExists",
    pattern: /already exists|EntityAlreadyExists|AlreadyExistsException/i,
    fix: "Delete the role that was created by other means or by a stack in another Region, or give the role another roleName.",
  },
  {
    code: "RoleNeedsReplacement",
    pattern: /custom-named resource|requires? replac/i,
    fix: "Name and path of a role cannot change in place: give the role another roleName, or destroy and deploy the account.",
  },
  {
    code: "LeftBehind",
    pattern: /^left behind/,
    fix: "Delete what the message names from the account: it is no longer part of {stack}.",
  },
  {
    code: "RoleInUse",
    pattern: /DeleteConflict|must (detach|delete|remove)|DELETE_FAILED/i,
    fix: "If agent-roles revoke denied its sessions, run agent-roles revoke --all --undo. Detach the policies and instance profiles that others added to the role. Then run the command again.",
  },
  {
    code: "PrincipalMissing",
    pattern: /Invalid principal/i,
    fix: "Correct the account or principal in master.trustedBy: it does not exist.",
    tries: NEW_ROLE_TRIES,
  },
  {
    code: "RoleMissing",
    pattern: /role (with name )?\S+ (cannot be|not) found/i,
    fix: "Run agent-roles deploy; if the role was deleted by hand, run agent-roles destroy for the account first.",
  },
  {
    code: "PolicyMissing",
    pattern: /NoSuchEntity|does not exist or is not attachable|(policy|boundary)[^.]*(not found|does not exist)/i,
    fix: "Create the policy in the account first, or correct its ARN in the manifest.",
  },
  {
    code: "PolicyRejected",
    pattern: /MalformedPolicyDocument|must be in ARN format|Syntax errors? in policy/i,
    fix: "Correct the statements of the role in the manifest.",
  },
  {
    code: "QuotaExceeded",
    pattern: /LimitExceeded|Cannot exceed quota|quota/i,
    fix: "Raise the quota in the account, or reduce what the message names.",
  },
  {
    code: "AccessDenied",
    pattern: /AccessDenied|not authorized to perform|explicit deny/i,
    fix: "Allow the action for {role}; check service control policies and permissions boundaries.",
  },
];

/** Describes what AWS reported for one stack, as an error or as the reason of an event, with its fix. */
export function deployFailure(error: unknown, deployRoleArn: string, stack: string): DeployFailure {
  const message = error instanceof Error ? describe(error) : String(error).replaceAll(/\s+/g, " ");
  const rule = RULES.find(({ pattern }) => pattern.test(message));
  if (!rule) return { code: "Failed", message, fix: `See the events of stack ${stack}.`, tries: 1 };
  const fix = rule.fix.replaceAll("{role}", deployRoleArn).replaceAll("{stack}", stack);
  return { code: rule.code, message, fix, tries: rule.tries ?? 1 };
}

/** One line. A refused connection has no message of its own, only a code. */
function describe(error: Error & { readonly code?: unknown }): string {
  const { name, code, message } = error;
  const parts = [name === "Error" ? "" : name, message === "" && typeof code === "string" ? code : message];
  return parts
    .filter((part) => part !== "")
    .join(": ")
    .replaceAll(/\s+/g, " ");
}
