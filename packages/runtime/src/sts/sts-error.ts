import { STSServiceException } from "@aws-sdk/client-sts";
import { AgentRolesError, type ErrorCode } from "../agent-roles-error.ts";
import type { RoleRequest } from "./role-request.ts";

interface Failure {
  readonly code: ErrorCode;
  readonly retryable?: true;
  readonly fix: string;
}

/** What is read of an SDK or network error; its other fields may hold the request and are never copied. */
interface ErrorFacts {
  /** STS's code, or the SDK's or the socket's name for the failure. */
  readonly name: string;
  readonly message: string;
  readonly httpStatusCode: number | undefined;
}

const THROTTLED = /^(Throttl|RequestLimitExceeded|TooManyRequests|RequestThrottled|SlowDown|BandwidthLimit)/;
const INVALID = /^(ValidationError|MalformedPolicyDocument|PackedPolicyTooLarge|InvalidParameter)/;
const NETWORK = /^(TimeoutError|NetworkingError|E(CONN|PIPE|HOST|NET|AI_AGAIN|NOTFOUND|TIMEDOUT))/;

/**
 * Gives every failure of AssumeRole one code, whether trying again may help, and the fix in words.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors
 */
export function assumeRoleError(error: unknown, request: RoleRequest): AgentRolesError {
  return stsError(error, request.subject, (facts) => {
    if (facts.name.startsWith("AccessDenied")) return accessDenied(facts, request);
    return INVALID.test(facts.name) ? invalidRequest(facts, request) : undefined;
  });
}

/**
 * Gives every failure of an STS call one code.
 *
 * @param subject - what it is about, for the message.
 * @param ofAction - knows the failures that are the action's own.
 */
export function stsError(
  error: unknown,
  subject: string,
  ofAction: (facts: ErrorFacts) => Failure | undefined = () => undefined,
): AgentRolesError {
  if (error instanceof AgentRolesError) {
    // The master's own failure, which every target role meets.
    const { code, fix, retryable } = error;
    return new AgentRolesError(`${subject}: ${error.message}`, { code, fix, retryable, cause: error });
  }
  const facts = errorFacts(error);
  const { code, retryable = false, fix } = ofAction(facts) ?? classify(facts);
  const said = facts.name === code ? facts.message : `${facts.name}: ${facts.message}`;
  return new AgentRolesError(`${subject}: ${said}`, { code, retryable, fix, cause: error });
}

function errorFacts(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), httpStatusCode: undefined };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const status = error instanceof STSServiceException ? error.$metadata.httpStatusCode : undefined;
  // A socket's error may be wrapped, and an AggregateError (both address families failed) has no text of its own.
  if (status === undefined && error.cause instanceof Error && !NETWORK.test(code ?? error.name))
    return errorFacts(error.cause);
  return { name: code ?? error.name, message: error.message || "no connection", httpStatusCode: status };
}

function classify(error: ErrorFacts): Failure {
  const { name, httpStatusCode = 0 } = error;
  if (THROTTLED.test(name)) {
    return {
      code: "Throttled",
      retryable: true,
      fix: "nothing to do: it is tried again; STS allows about 600 requests a second",
    };
  }
  if (name === "ExpiredToken" || name === "ExpiredTokenException") {
    return {
      code: "MasterCredentialsExpired",
      fix: "give the agent new master credentials; static keys do not refresh themselves",
    };
  }
  if (/^(InvalidClientTokenId|UnrecognizedClient|CredentialsProviderError|InvalidIdentityToken)/.test(name)) {
    return {
      code: "MasterCredentialsInvalid",
      fix: "give the agent the master role's credentials: in variables, from an instance or task role, or by an AWS_PROFILE that ~/.aws has",
    };
  }
  if (/^(RequestTimeTooSkewed|RequestExpired|InvalidSignature|SignatureDoesNotMatch)/.test(name))
    return badSignature(error);
  if (name === "RegionDisabledException") {
    return { code: "RegionDisabled", fix: "activate STS in this Region for the account, or set AWS_REGION to another" };
  }
  if (httpStatusCode >= 500 || NETWORK.test(name)) {
    return {
      code: "Unavailable",
      retryable: true,
      fix: "it is tried again; check the network path to STS, AWS_REGION and AWS_ENDPOINT_URL",
    };
  }
  return { code: "Unknown", retryable: true, fix: "it is tried again; the cause above is all that STS says" };
}

/** AWS tells the side that refuses only within one account; across accounts its text is the same for both. */
function accessDenied({ message }: ErrorFacts, { role, externalId, variable, caller }: RoleRequest): Failure {
  const trust = `the trust policy of ${role.arn}`;
  const action = /perform: (sts:\w+)/.exec(message)?.[1];
  // The two that AWS asks for beside sts:AssumeRole have a text of their own.
  if (action === "sts:TagSession") {
    const fix = `allow ${caller} sts:TagSession in ${trust} and in its own policies, or unset AGENT_ROLES_SESSION_TAGS`;
    return { code: "TagSessionDenied", fix };
  }
  if (action === "sts:SetSourceIdentity") {
    const fix = `allow ${caller} sts:SetSourceIdentity in ${trust} and in its own policies, or unset AGENT_ROLES_SOURCE_IDENTITY`;
    return { code: "SetSourceIdentityDenied", fix };
  }
  if (
    /no identity-based policy|in (a|an) (identity-based|service control|permissions boundary|session) policy|permissions boundary/.test(
      message,
    )
  ) {
    return { code: "MasterNotAllowed", fix: `allow ${caller} sts:AssumeRole on ${role.arn} in its own policies` };
  }
  if (/resource-based policy|resource control policy|trust policy/.test(message)) {
    return { code: "TrustDenied", fix: `let ${trust} allow ${caller}` };
  }
  const external = externalId
    ? `whether sts:ExternalId in it is "${externalId}"`
    : `whether it asks for an sts:ExternalId (then set ${variable}_EXTERNAL_ID)`;
  // Whoever starts as a user or an administrator has most likely forgotten the first hop.
  const user = /User: (arn:\S+:iam::\d+:(?:user\/\S+|root))/.exec(message)?.[1];
  const first = user && caller === "the master" ? `if ${user} is not the master, set AWS_MASTER_ROLE_ARN; else ` : "";
  return {
    code: "AccessDenied",
    fix: `${first}check that the role exists, that ${trust} allows ${caller}, ${external}, and that ${caller} may assume it`,
  };
}

function badSignature({ message }: ErrorFacts): Failure {
  return /expired|not yet current|skew|too/i.test(message)
    ? {
        code: "ClockSkew",
        retryable: true,
        fix: "set this machine's clock (NTP); AWS accepts five minutes of difference",
      }
    : { code: "MasterCredentialsInvalid", fix: "the secret access key does not belong to the access key id" };
}

function invalidRequest({ message }: ErrorFacts, { variable }: RoleRequest): Failure {
  return /DurationSeconds/.test(message)
    ? {
        code: "DurationTooLong",
        fix: `lower ${variable}_DURATION_SECONDS: at most the role's MaxSessionDuration, and 3600 when the master is itself a role session`,
      }
    : { code: "InvalidRequest", fix: `correct ${variable}_* and AGENT_ROLES_*` };
}
