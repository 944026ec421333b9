import { AgentRolesError, type ErrorCode } from "../agent-roles-error.ts";
import { missingAttribution, TASK_TAGS } from "../role-env/index.ts";
import type { RoleRequest } from "../session/role-request.ts";

export interface Failure {
  readonly code: ErrorCode;
  readonly retryable?: true;
  readonly fix: string;
}

/** What is read of an SDK or network error; its other fields can contain the request and are never copied. */
export interface ErrorFacts {
  /** STS's code, or the SDK's or the socket's name for the failure. */
  readonly name: string;
  readonly message: string;
  /** Of the HTTP answer, if there was one. */
  readonly status: number | undefined;
}

const THROTTLED = /^(Throttl|RequestLimitExceeded|TooManyRequests|RequestThrottled|SlowDown|BandwidthLimit)/;
const INVALID = /^(ValidationError|MalformedPolicyDocument|PackedPolicyTooLarge|InvalidParameter)/;
const NETWORK = /^(TimeoutError|NetworkingError|E(CONN|PIPE|HOST|NET|AI_AGAIN|NOTFOUND|TIMEDOUT))/;
const CERTIFICATE = /CERT|SELF.SIGNED|ERR_TLS|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_SSL/i;

/** How AWS spells its codes; a page of HTML has the name of the parser's failure, or `Unknown`. */
const SERVICE_CODE = /^(?!Unknown|SyntaxError|Error$|TypeError)[A-Z][A-Za-z]+$/;

/** AWS names the policy type that denies; `because no … policy allows` and `with an explicit deny in a …` alike. */
const DENIED_BY: readonly (readonly [RegExp, ErrorCode, (caller: string, trust: string) => string])[] = [
  [/resource control polic/, "TrustDenied", () => "in the resource control policies (RCPs) of the role's account"],
  [
    /service control polic/,
    "MasterNotAllowed",
    (caller) => `in the service control policies (SCPs) of the account of ${caller}`,
  ],
  [/permissions boundar/, "MasterNotAllowed", (caller) => `in the permissions boundary of ${caller}`],
  [
    /session polic/,
    "MasterNotAllowed",
    (caller) => `in the session policy with which the session of ${caller} was made`,
  ],
  [/VPC endpoint polic/i, "MasterNotAllowed", () => "in the policy of the VPC endpoint of STS"],
  [/identity-based polic/, "MasterNotAllowed", (caller) => `in the policies of ${caller}`],
  [/resource-based polic|trust polic/, "TrustDenied", (caller, trust) => `for ${caller} in ${trust}`],
];

/**
 * Gives every failure of AssumeRole a code, whether a retry can help, and the fix.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors
 */
export function assumeRoleError(error: unknown, request: RoleRequest): AgentRolesError {
  return stsError(error, request, (facts) => {
    if (facts.name.startsWith("AccessDenied")) return accessDenied(facts, request);
    return INVALID.test(facts.name) ? invalidRequest(facts, request) : undefined;
  });
}

/**
 * Gives every failure of an STS call one code.
 *
 * @param call - what was called, for the message.
 * @param ofAction - knows the failures that are the action's own.
 */
export function stsError(
  error: unknown,
  { subject, hop: ofCall }: Pick<RoleRequest, "subject" | "hop">,
  ofAction: (facts: ErrorFacts) => Failure | undefined = () => undefined,
): AgentRolesError {
  if (error instanceof AgentRolesError) {
    // The master's failure, which every target role meets.
    const { code, fix, retryable, hop = ofCall } = error;
    const isNamed = subject === "the master" && error.message.startsWith(subject);
    return new AgentRolesError(isNamed ? error.message : `${subject}: ${error.message}`, {
      code,
      fix,
      retryable,
      ...(hop && { hop }),
      cause: error,
    });
  }
  const facts = errorFacts(error);
  const { code, retryable = false, fix } = ofAction(facts) ?? classify(facts);
  // STS refuses the master's keys at each role: the same failure every time.
  const of = code.startsWith("MasterCredentials") ? "the master's credentials" : undefined;
  const failure = new AgentRolesError(`${of ?? subject}: ${describe(facts, code)}`, {
    code,
    retryable,
    fix,
    ...(ofCall && { hop: ofCall }),
    cause: error,
  });
  return of === undefined ? failure : stsError(failure, { subject });
}

/** `AccessDenied: …`, without the name where the code says the same. */
export function describe({ name, message, status }: ErrorFacts, code: ErrorCode): string {
  if (code === "InvalidAnswer") return `HTTP status ${status}: the answer is not from AWS STS`;
  return name === code || name === "CredentialsProviderError" ? message : `${name}: ${message}`;
}

export function errorFacts(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), status: undefined };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const status = httpStatus(error);
  // A socket's error can be wrapped, and an AggregateError (both address families failed) has no text of its own.
  if (status === undefined && error.cause instanceof Error && !NETWORK.test(code ?? error.name))
    return errorFacts(error.cause);
  return { name: code ?? error.name, message: error.message || "no connection", status };
}

/** Errors of services have it in `$metadata`, answers that cannot be parsed in `$response`. */
function httpStatus(error: Error): number | undefined {
  for (const [holder, name] of [
    ["$metadata", "httpStatusCode"],
    ["$response", "statusCode"],
  ] as const) {
    const value: unknown = Reflect.get(error, holder);
    const status: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
    if (typeof status === "number") return status;
  }
  return undefined;
}

export const NO_CREDENTIALS =
  "Give the agent the master role's credentials: in variables, from an instance or task role, or through an AWS_PROFILE in ~/.aws/config.";

export function classify(facts: ErrorFacts): Failure {
  const { name, message, status = 0 } = facts;
  if (THROTTLED.test(name)) {
    return {
      code: "Throttled",
      retryable: true,
      fix: "Lower the concurrency, or run again later: STS allows about 600 requests a second.",
    };
  }
  if (name === "ExpiredToken" || name === "ExpiredTokenException") {
    const fix = "Give the agent new master credentials: static keys do not refresh themselves.";
    return { code: "MasterCredentialsExpired", fix };
  }
  if (/^(InvalidClientTokenId|UnrecognizedClient)/.test(name)) {
    const fix =
      "Correct the master's access key, which AWS does not know: AWS_ACCESS_KEY_ID and its secret, or those of the master's profile.";
    return { code: "MasterCredentialsInvalid", fix };
  }
  if (/^(CredentialsProviderError|InvalidIdentityToken)/.test(name)) {
    return { code: "MasterCredentialsInvalid", fix: NO_CREDENTIALS };
  }
  if (/^(RequestTimeTooSkewed|RequestExpired|InvalidSignature|SignatureDoesNotMatch)/.test(name))
    return badSignature(facts);
  if (message.includes("uv_os_homedir")) {
    return { code: "MasterCredentialsInvalid", fix: "Set HOME to a directory of this user: the AWS SDK needs it." };
  }
  if (name === "IncompleteSignature") {
    const fix = "Check HTTPS_PROXY and AWS_ENDPOINT_URL: something on the way changes the headers of the request.";
    return { code: "InvalidRequest", fix };
  }
  if (name === "OptInRequired") {
    const fix = "Complete the sign-up of the master's AWS account, or use keys of another account.";
    return { code: "MasterCredentialsInvalid", fix };
  }
  if (name === "RegionDisabledException") {
    return {
      code: "RegionDisabled",
      fix: "Activate STS in this Region for the account, or set AWS_REGION to another.",
    };
  }
  if (CERTIFICATE.test(`${name} ${message}`)) {
    const fix = "Set AWS_CA_BUNDLE to the CA certificate of the proxy or endpoint (PEM).";
    return { code: "Unavailable", retryable: true, fix };
  }
  if (NETWORK.test(name) || (status >= 500 && SERVICE_CODE.test(name))) {
    const fix = "Check the network path to STS, HTTPS_PROXY, AWS_REGION and AWS_ENDPOINT_URL.";
    return { code: "Unavailable", retryable: true, fix };
  }
  if (/Invalid URL|Unsupported protocol|Protocol "/.test(message)) {
    const fix =
      "Write AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS and the proxy variables as a URL with https:// or http://.";
    return { code: "InvalidRequest", fix };
  }
  if (message.startsWith("Region not accepted")) {
    const fix = "Set AWS_REGION, or region in the master's profile, to the code of a Region, such as eu-west-1.";
    return { code: "InvalidRequest", fix };
  }
  if (status > 0 && (!SERVICE_CODE.test(name) || /^Unknown(Error)?$/.test(message))) {
    const fix = `Check ${status === 407 ? "the user and password in HTTPS_PROXY" : "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS and HTTPS_PROXY"}.`;
    return { code: "InvalidAnswer", retryable: true, fix };
  }
  return { code: "Unknown", retryable: true, fix: "Check the message above: STS gave no further details." };
}

const TASK_TAG_NAMES = Object.values(TASK_TAGS);

/** AWS names the side that refuses only within one account; across accounts its text is the same for both. */
function accessDenied({ message }: ErrorFacts, request: RoleRequest): Failure {
  const { role, externalId, variable, caller, attributes } = request;
  const trust = `the trust policy of ${role.arn}`;
  const action = /perform: (sts:\w+)/.exec(message)?.[1];
  const person = attributes?.sourceIdentity;
  const withPerson = `"${person}" (or a pattern that matches it) to sourceIdentities`;
  // The two that AWS asks for beside sts:AssumeRole have a text of their own.
  if (action === "sts:TagSession") {
    const inManifest = `with a manifest, set sessionTags: ${JSON.stringify(TASK_TAG_NAMES)}${person ? `, and add ${withPerson},` : ""} below attribution, and deploy`;
    const unset = attributes?.task
      ? `for the tags ${TASK_TAG_NAMES.join(" and ")}; ${inManifest}`
      : "or unset AGENT_ROLES_SESSION_TAGS";
    const fix = `Allow ${caller} sts:TagSession in ${trust} and in the policies of ${caller}, ${unset}.`;
    return { code: "TagSessionDenied", fix };
  }
  if (action === "sts:SetSourceIdentity") {
    const unset = attributes?.task
      ? `with a manifest, add ${withPerson} below attribution, and deploy; or name a person that they allow`
      : "or unset AGENT_ROLES_SOURCE_IDENTITY";
    const fix = `Allow ${caller} sts:SetSourceIdentity${person ? ` for "${person}"` : ""} in ${trust} and in the policies of ${caller}, ${unset}.`;
    return { code: "SetSourceIdentityDenied", fix };
  }
  // The master's own session carries neither task nor person.
  const missing = request.hop ? undefined : missingAttribution(attributes ?? {});
  for (const [pattern, code, policy] of DENIED_BY) {
    if (!pattern.test(message)) continue;
    const first = missing ? `If the policy requires a task and a person, set ${missing}. Else allow` : "Allow";
    return { code, fix: `${first} sts:AssumeRole on ${role.arn} ${policy(caller, trust)}.` };
  }
  const external = externalId
    ? `that sts:ExternalId in it is "${externalId}" (if not, correct ${variable}_EXTERNAL_ID)`
    : `whether it requires an sts:ExternalId (then set ${variable}_EXTERNAL_ID)`;
  const required = missing ? ` whether it requires a task and a person (then set ${missing}),` : "";
  // A user or an administrator has most likely forgotten the first hop.
  const user = /User: (arn:\S+:iam::\d+:(?:user\/\S+|root))/.exec(message)?.[1];
  const first =
    user && caller === "the master" ? `If ${user} is not the master, set AWS_MASTER_ROLE_ARN. Else check` : "Check";
  return {
    code: "AccessDenied",
    fix: `${first} that the role exists, that ${trust} allows ${caller}, ${external},${required} and that the policies of ${caller} allow sts:AssumeRole on it.`,
  };
}

function badSignature({ name, message }: ErrorFacts): Failure {
  return /expired|not yet current|skew|too/i.test(`${name} ${message}`)
    ? {
        code: "ClockSkew",
        retryable: true,
        fix: "Set this machine's clock (NTP). AWS accepts five minutes of difference.",
      }
    : {
        code: "MasterCredentialsInvalid",
        fix: "Correct the master's secret access key: it does not belong to the access key ID.",
      };
}

function invalidRequest({ name, message }: ErrorFacts, { variable, access = "full" }: RoleRequest): Failure {
  if (name.startsWith("PackedPolicyTooLarge")) {
    // Tags that the master's own session hands on count too.
    const drop = `Drop session tags (AGENT_ROLES_SESSION_TAGS, transitive tags of the master's session), ${variable}_SESSION_POLICY_ARNS, or statements of ${variable}_SESSION_POLICY`;
    const level = access === "full" ? "" : `; or set ${variable}_ACCESS=full and narrow the role itself`;
    return { code: "InvalidRequest", fix: `${drop}${level}.` };
  }
  return /DurationSeconds/.test(message)
    ? {
        code: "DurationTooLong",
        fix: `Lower ${variable}_DURATION_SECONDS: at most the role's MaxSessionDuration, and 3600 when the master is itself a role session.`,
      }
    : { code: "InvalidRequest", fix: `Correct ${variable}_* and AGENT_ROLES_*.` };
}
