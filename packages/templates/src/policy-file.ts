import type { TrustRole } from "@agent-roles/trust";
import type { ParsedFile } from "./input-reader.ts";
import { isObject } from "./recognize.ts";

/** A role nobody named: its parts are unknown, and read so. */
const UNNAMED_ROLE = "arn:aws:iam::${Account}:role/${Role}";

/** A plain trust policy as a role of its own. */
export function policyFileRole({ value, lineOf, file }: ParsedFile, roleArn: string | undefined): TrustRole {
  const line = lineOf("Statement");
  return {
    arn: roleArn ?? UNNAMED_ROLE,
    trustPolicy: isObject(value) ? value : {},
    identityPolicies: [],
    managedPolicyArns: [],
    location: { file, ...(line !== undefined && { line }) },
    unknowns:
      roleArn === undefined
        ? [
            {
              path: "arn",
              expression: "a policy file",
              assumed: `${UNNAMED_ROLE}: the file does not say whose trust policy it is`,
            },
          ]
        : [],
  };
}
