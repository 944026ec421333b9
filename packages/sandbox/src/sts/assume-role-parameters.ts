import { isRecord, type PolicyDocument } from "@agent-roles/iam";
import type { RoleRef } from "../iam/iam-state.ts";
import { parseJson } from "../json.ts";

/** The parameters of one `AssumeRole` call. */
export interface AssumeRoleCall {
  readonly role: RoleRef;
  readonly roleSessionName: string;
  readonly durationSeconds?: number;
  readonly externalId?: string;
  readonly sourceIdentity?: string;
  readonly sessionTags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly policyArns: readonly string[];
  readonly policy?: PolicyDocument;
}

/** The call, or the message of an error of STS; its code is `ValidationError` unless there is one. */
export type ParsedCall = { readonly call: AssumeRoleCall } | { readonly invalid: string; readonly code?: string };

const ROLE_ARN =
  /^arn:(?<partition>aws(?:-[a-z]+)*):iam::(?<accountId>\d{12}):role\/(?:[\x21-\x7e]{1,510}\/)?(?<roleName>[\w+=,.@-]{1,64})$/;

/** Reads the parameters of `AssumeRole`, and checks what AWS's model of STS does not say; errors have AWS's text. */
export function parseAssumeRole(form: URLSearchParams): ParsedCall {
  const roleArn = form.get("RoleArn") ?? "";
  const groups = ROLE_ARN.exec(roleArn)?.groups;
  if (!groups) return { invalid: `${roleArn} is invalid` };
  const { partition = "", accountId = "", roleName = "" } = groups;

  const tags = members(form, "Tags", "Key").map(
    (key, index) => [key, members(form, "Tags", "Value")[index] ?? ""] as const,
  );
  const transitiveTagKeys = members(form, "TransitiveTagKeys");
  const tagProblem = tagMistake(tags, transitiveTagKeys);
  if (tagProblem) return tagProblem;

  const policyText = form.get("Policy");
  const policy = policyText === null ? undefined : parseJson(policyText);
  if (policyText !== null && !isRecord(policy)) {
    return { invalid: "The policy is not in the valid JSON format.", code: "MalformedPolicyDocument" };
  }
  const duration = form.get("DurationSeconds");
  const externalId = form.get("ExternalId");
  const sourceIdentity = form.get("SourceIdentity");
  return {
    call: {
      role: { arn: roleArn, partition, accountId, roleName },
      roleSessionName: form.get("RoleSessionName") ?? "",
      sessionTags: Object.fromEntries(tags),
      transitiveTagKeys,
      policyArns: members(form, "PolicyArns", "arn"),
      ...(duration && { durationSeconds: Number(duration) }),
      ...(externalId && { externalId }),
      ...(sourceIdentity && { sourceIdentity }),
      ...(isRecord(policy) && { policy }),
    },
  };
}

/** `Tags.member.1.Key`, `Tags.member.2.Key`, … of the query protocol. */
function members(form: URLSearchParams, list: string, field?: string): string[] {
  const values: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = form.get([list, "member", index, ...(field === undefined ? [] : [field])].join("."));
    if (value === null) return values;
    values.push(value);
  }
}

function tagMistake(
  tags: readonly (readonly [string, string])[],
  transitiveTagKeys: readonly string[],
): ParsedCall | undefined {
  const keys = tags.map(([key]) => key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    const invalid = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    return { invalid, code: "InvalidParameterValue" };
  }
  if (transitiveTagKeys.every((key) => keys.includes(key.toLowerCase()))) return undefined;
  return {
    invalid: "The specified transitive tag key must be included in the requested tags.",
    code: "InvalidParameterValue",
  };
}
