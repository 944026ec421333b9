import { nearest } from "@agent-roles/iam";
import type { AssumeAction } from "../requested-actions.ts";

/** Keys of every call to AWS. Names in lower case; those that end in `/` take a tag's name after it. */
const GLOBAL = new Set([
  "aws:assumedroot",
  "aws:calledvia",
  "aws:calledviaawsmcp",
  "aws:calledviafirst",
  "aws:calledvialast",
  "aws:chatbotsourcearn",
  "aws:currenttime",
  "aws:ec2instancesourceprivateipv4",
  "aws:ec2instancesourcevpc",
  "aws:epochtime",
  "aws:federatedprovider",
  "aws:multifactorauthage",
  "aws:multifactorauthpresent",
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalisawsservice",
  "aws:principalorgid",
  "aws:principalorgmasteraccountid",
  "aws:principalorgpaths",
  "aws:principalservicename",
  "aws:principalservicenameslist",
  "aws:principaltag/",
  "aws:principaltype",
  "aws:referer",
  "aws:requestedregion",
  "aws:requesttag/",
  "aws:resourceaccount",
  "aws:resourceorgid",
  "aws:resourceorgpaths",
  "aws:resourcetag/",
  "aws:securetransport",
  "aws:signinsessionarn",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceidentity",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourcevpc",
  "aws:sourcevpcarn",
  "aws:sourcevpce",
  "aws:tagkeys",
  "aws:tokenissuetime",
  "aws:useragent",
  "aws:userid",
  "aws:username",
  "aws:viaawsmcpservice",
  "aws:viaawsservice",
  "aws:vpceaccount",
  "aws:vpceorgid",
  "aws:vpceorgpaths",
  "aws:vpcsourceip",
]);

/** Keys that the credentials of a workload carry along, and the role's own tags. */
const CARRIED = new Set([
  "ec2:roledelivery",
  "ec2:sourceinstancearn",
  "glue:credentialissuingservice",
  "glue:roleassumedby",
  "iam:resourcetag/",
  "identitystore:userid",
  "lambda:sourcefunctionarn",
  "ssm:sourceinstancearn",
]);

const ANY_CALL = ["sts:rolesessionname", "sts:sourceidentity", "sts:transitivetagkeys"];

const OF_CALL: Readonly<Record<AssumeAction, ReadonlySet<string>>> = {
  "sts:AssumeRole": new Set([...ANY_CALL, "sts:externalid", "sts:requestcontext/", "sts:requestcontextproviders"]),
  "sts:AssumeRoleWithSAML": new Set(ANY_CALL),
  "sts:AssumeRoleWithWebIdentity": new Set(ANY_CALL),
};

/**
 * Whether a call can have a condition key.
 *
 * @param key in lower case.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
export function mayCarry(action: AssumeAction, key: string): boolean {
  const slash = key.indexOf("/");
  const name =
    key.startsWith("aws:") || key.startsWith("iam:") || key.startsWith("sts:") ? key.slice(0, slash + 1) || key : key;
  if (GLOBAL.has(name) || CARRIED.has(name) || OF_CALL[action].has(name)) return true;
  const prefix = key.slice(0, key.lastIndexOf(":"));
  if (prefix === "saml") return action === "sts:AssumeRoleWithSAML";
  // Claims of a token have the provider's name as prefix, which has a dot.
  return action === "sts:AssumeRoleWithWebIdentity" && prefix.includes(".");
}

/** The key that was probably meant: the same but for one or two letters. */
export function nearestKey(key: string): string | undefined {
  return nearest(key, [...GLOBAL, ...CARRIED, ...Object.values(OF_CALL).flatMap((keys) => [...keys])]);
}
