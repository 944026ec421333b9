/** Keys that every request has. Names in lower case. */
export const ALWAYS_THERE: ReadonlySet<string> = new Set(["aws:currenttime", "aws:epochtime", "aws:requestedregion"]);

/**
 * Keys that AWS fills in from the network or the credentials. A request that does not state them says nothing about
 * them: they are unknown, not absent. Names in lower case.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const UNSTATED_KEYS: ReadonlySet<string> = new Set([
  "aws:ec2instancesourceprivateipv4",
  "aws:ec2instancesourcevpc",
  "aws:federatedprovider",
  "aws:referer",
  "aws:sourceip",
  "aws:sourcevpc",
  "aws:sourcevpcarn",
  "aws:sourcevpce",
  "aws:useragent",
  "aws:userid",
  "aws:vpceaccount",
  "aws:vpceorgid",
  "aws:vpceorgpaths",
  "aws:vpcsourceip",
  "ec2:roledelivery",
  "ec2:sourceinstancearn",
  "lambda:sourcefunctionarn",
]);
