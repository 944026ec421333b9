/** What the values of a condition key are. */
export type KeyType = "string" | "ARN" | "number" | "date" | "Boolean" | "IP address";

/**
 * Keys of every call to AWS by the type of their values, where AWS's pages say one. Names in lower case; those that end in `/`
 * take a tag's name after it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const KEYS: readonly (readonly [type: KeyType | undefined, names: string])[] = [
  [
    "string",
    `aws:principalaccount aws:principalorgid aws:principalorgpaths aws:principaltype aws:resourceaccount aws:resourceorgid
    aws:sourceaccount aws:sourceorgid aws:sourcevpc aws:sourcevpce aws:userid aws:username`,
  ],
  ["ARN", "aws:principalarn aws:sourcearn"],
  ["number", "aws:multifactorauthage"],
  ["date", "aws:currenttime aws:tokenissuetime"],
  ["Boolean", "aws:multifactorauthpresent aws:principalisawsservice aws:securetransport aws:viaawsservice"],
  ["IP address", "aws:sourceip aws:vpcsourceip"],
  [
    undefined,
    `aws:assumedroot aws:calledvia aws:calledviaawsmcp aws:calledviafirst aws:calledvialast aws:chatbotsourcearn
    aws:ec2instancesourceprivateipv4 aws:ec2instancesourcevpc aws:epochtime aws:federatedprovider
    aws:principalorgmasteraccountid aws:principalservicename aws:principalservicenameslist aws:principaltag/ aws:referer
    aws:requestedregion aws:requesttag/ aws:resourceorgpaths aws:resourcetag/ aws:signinsessionarn aws:sourceidentity
    aws:sourceorgpaths aws:sourcevpcarn aws:tagkeys aws:useragent aws:viaawsmcpservice aws:vpceaccount aws:vpceorgid
    aws:vpceorgpaths`,
  ],
  // What the credentials of a workload carry along, and the role's own tags.
  [
    undefined,
    `ec2:roledelivery ec2:sourceinstancearn glue:credentialissuingservice glue:roleassumedby iam:resourcetag/
    identitystore:userid lambda:sourcefunctionarn ssm:sourceinstancearn`,
  ],
];

/** Keys that a call can have whatever its action is, in lower case, with the types of their values. */
export const COMMON_KEYS: ReadonlyMap<string, KeyType | undefined> = new Map(
  KEYS.flatMap(([type, names]) => names.split(/\s+/).map((key) => [key, type] as const)),
);

/** Keys that every request has. */
export const ALWAYS_THERE: ReadonlySet<string> = new Set(["aws:currenttime", "aws:epochtime", "aws:requestedregion"]);

/**
 * Keys that AWS fills in from the network or the credentials. A request that does not state them says nothing about them:
 * they are unknown, not absent.
 */
export const UNKNOWN_UNLESS_GIVEN: ReadonlySet<string> = new Set(
  `aws:ec2instancesourceprivateipv4 aws:ec2instancesourcevpc aws:federatedprovider aws:referer aws:sourceip aws:sourcevpc
  aws:sourcevpcarn aws:sourcevpce aws:useragent aws:userid aws:vpceaccount aws:vpceorgid aws:vpceorgpaths aws:vpcsourceip
  ec2:roledelivery ec2:sourceinstancearn lambda:sourcefunctionarn`.split(/\s+/),
);

/**
 * What a session that began with a token or an assertion carries along when it assumes another role.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
export const KEPT_BY_SESSIONS: ReadonlySet<string> = new Set(
  `accounts.google.com:aud accounts.google.com:sub cognito-identity.amazonaws.com:amr cognito-identity.amazonaws.com:aud
  cognito-identity.amazonaws.com:sub graph.facebook.com:app_id graph.facebook.com:id saml:namequalifier saml:sub
  saml:sub_type www.amazon.com:app_id www.amazon.com:user_id`.split(/\s+/),
);

const MULTIVALUED: ReadonlySet<string> = new Set(
  `aws:calledvia aws:calledviaawsmcp aws:principalorgpaths aws:principalservicenameslist aws:resourceorgpaths
  aws:sourceorgpaths aws:tagkeys aws:vpceorgpaths saml:cn saml:eduorghomepageuri saml:eduorgidentityauthnpolicyuri
  saml:eduorglegalname saml:eduorgsuperioruri saml:eduorgwhitepagesuri saml:edupersonaffiliation saml:edupersonassurance
  saml:edupersonentitlement saml:edupersonnickname saml:edupersonorgunitdn saml:edupersonscopedaffiliation
  saml:edupersontargetedid sts:requestcontextproviders sts:transitivetagkeys`.split(/\s+/),
);

/**
 * Whether a key, in lower case, can hold several values; without a set operator AWS does not say how they compare. Of a
 * token's claims `amr` is a list.
 */
export function isMultivalued(key: string): boolean {
  return MULTIVALUED.has(key) || /\.[^/]*:amr$/.test(key);
}
