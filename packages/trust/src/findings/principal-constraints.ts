import { type Condition, isUnresolved, parseArn, type Statement } from "@agent-roles/iam";
import { certainPart, demands, withoutVariables } from "./conditions.ts";

const ORGANIZATION_KEYS = ["aws:principalorgid", "aws:principalorgpaths", "aws:principalorgmasteraccountid"];

/** Whether a condition keeps out everyone who is not in the organization. */
export function bindsOrganization(statement: Statement, organization: string): boolean {
  return demands(statement, ORGANIZATION_KEYS, (value, entry) => {
    const certain = certainPart(value, entry);
    return isUnresolved(certain) || certain.split("/")[0] === organization;
  });
}

/** Whether an ARN names a resource, if only by the beginning of its name; its kind, `cluster/*`, is any of the account. */
export function namesResource(value: string, entry: Condition): boolean {
  const text = withoutVariables(value);
  const resource = parseArn(text)?.resource;
  const certain = certainPart(resource ?? text, entry);
  // Names of other resources have no colons, so that a wildcard goes over none but those of the ARN.
  return isUnresolved(certain) || (resource !== undefined && /[/:]./.test(certain));
}
