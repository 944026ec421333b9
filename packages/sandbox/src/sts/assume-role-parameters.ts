import { isRecord, type PolicyDocument } from "@agent-roles/iam";
import type { RoleRef } from "../iam/iam-state.ts";
import { parseJson } from "../json.ts";

/** The validated parameters of one `AssumeRole` call. */
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

/** The call, or the message of STS's `ValidationError`. */
export type ParsedCall = { readonly call: AssumeRoleCall } | { readonly invalid: string; readonly code?: string };

interface Limit {
  readonly min?: number;
  readonly max: number;
  readonly pattern?: RegExp;
  readonly required?: boolean;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const LIMITS: Readonly<Record<string, Limit>> = {
  RoleArn: { min: 20, max: 2048, required: true },
  RoleSessionName: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/, required: true },
  ExternalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  SourceIdentity: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  Policy: { min: 1, max: 2048 },
};
const MAX_TAGS = 50;
const MAX_POLICY_ARNS = 10;
const ROLE_ARN =
  /^arn:(?<partition>aws(?:-[a-z]+)*):iam::(?<accountId>\d{12}):role\/(?:[\x21-\x7e]{1,510}\/)?(?<roleName>[\w+=,.@-]{1,64})$/;

/** Validates the form parameters of `AssumeRole` against AWS's limits; errors have AWS's text. */
export function parseAssumeRole(form: URLSearchParams): ParsedCall {
  const violations = [...fieldViolations(form), ...durationViolations(form), ...listViolations(form)];
  if (violations.length > 0) return { invalid: validationText(violations) };

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

function fieldViolations(form: URLSearchParams): string[] {
  return Object.entries(LIMITS).flatMap(([field, { min = 0, max, pattern, required }]) => {
    const value = form.get(field);
    const at = memberName(field);
    if (value === null) return required ? [`Value null at '${at}' ${FAILED} not be null`] : [];
    return lengthViolations(`Value '${value}' at '${at}'`, value, min, max, pattern);
  });
}

function lengthViolations(what: string, value: string, min: number, max: number, pattern?: RegExp): string[] {
  return [
    ...(value.length < min ? [`${what} ${FAILED} have length greater than or equal to ${min}`] : []),
    ...(value.length > max ? [`${what} ${FAILED} have length less than or equal to ${max}`] : []),
    ...(pattern && !pattern.test(value)
      ? [`${what} ${FAILED} satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`]
      : []),
  ];
}

function durationViolations(form: URLSearchParams): string[] {
  const text = form.get("DurationSeconds");
  if (text === null) return [];
  const what = `Value '${text}' at 'durationSeconds'`;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds >= 900)) return [`${what} ${FAILED} have value greater than or equal to 900`];
  return seconds > 43_200 ? [`${what} ${FAILED} have value less than or equal to 43200`] : [];
}

function listViolations(form: URLSearchParams): string[] {
  const keys = members(form, "Tags", "Key");
  return [
    ...tooMany("Tags", keys.length, MAX_TAGS),
    ...tooMany("TransitiveTagKeys", members(form, "TransitiveTagKeys").length, MAX_TAGS),
    ...tooMany("PolicyArns", members(form, "PolicyArns", "arn").length, MAX_POLICY_ARNS),
    ...keys.flatMap((key, index) => lengthViolations(`Value '${key}' at 'tags.${index + 1}.member.key'`, key, 1, 128)),
    ...members(form, "Tags", "Value").flatMap((value, index) =>
      lengthViolations(`Value '${value}' at 'tags.${index + 1}.member.value'`, value, 0, 256),
    ),
  ];
}

function tooMany(list: string, count: number, max: number): string[] {
  return count > max ? [`Value at '${memberName(list)}' ${FAILED} have length less than or equal to ${max}`] : [];
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

const FAILED = "failed to satisfy constraint: Member must";

function validationText(violations: readonly string[]): string {
  const plural = violations.length === 1 ? "" : "s";
  return `${violations.length} validation error${plural} detected: ${violations.join("; ")}`;
}

function memberName(field: string): string {
  return field.charAt(0).toLowerCase() + field.slice(1);
}
