import { asList, asRecord, isRecord, textOf } from "@agent-roles/iam";
import type { TrustRole } from "@agent-roles/trust";
import type { ParsedFile } from "./input-reader.ts";
import { startRole } from "./role-builder.ts";

/** A role nobody named: its parts are unknown, and read so. */
const UNNAMED_ROLE = "arn:aws:iam::${Account}:role/${Role}";

/**
 * Whether a policy document can be a trust policy: a statement of one names no resources, or allows callers to assume the role
 * all the same. Policies of identities, buckets, VPC endpoints and organizations lie beside templates as well.
 */
export function canBeTrustPolicy(value: unknown): boolean {
  const statements = isRecord(value) ? asList(value["Statement"]).filter(isRecord) : [];
  return statements.length === 0 || !statements.every(isOfOtherPolicy);
}

function isOfOtherPolicy(statement: Readonly<Record<string, unknown>>): boolean {
  const namesResources = "Resource" in statement || "NotResource" in statement;
  return namesResources && !(allowsCaller(statement) && assumes(statement["Action"]));
}

/** RCPs deny callers. */
function allowsCaller(statement: Readonly<Record<string, unknown>>): boolean {
  return statement["Effect"] !== "Deny" && ("Principal" in statement || "NotPrincipal" in statement);
}

function assumes(action: unknown): boolean {
  const actions = asList(action);
  return actions.length > 0 && actions.every((each) => /^sts:/iu.test(textOf(each)));
}

/** A plain trust policy as a role of its own. */
export function policyFileRole({ value, lineOf, file }: ParsedFile, roleArn: string | undefined): TrustRole {
  const line = lineOf("Statement");
  const role = startRole(roleArn ?? UNNAMED_ROLE, { file, ...(line !== undefined && { line }) });
  role.trustPolicy = asRecord(value);
  if (roleArn === undefined) {
    const assumed = `${UNNAMED_ROLE} (the file does not name the role)`;
    role.unknowns.push({ path: "arn", expression: "a policy file", assumed });
  }
  return role;
}
