import type { SessionAttributes } from "@agent-roles/manifest";
import { TASK_TAGS } from "@agent-roles/runtime/role-env";

/** A policy as IAM's JSON. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  /** Trust policies only. */
  readonly Principal?: Readonly<Record<string, string>>;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Condition;
}

/** Operator, key, values. */
export type Condition = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The document of a list of statements. */
export function policyDocument(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/**
 * Allows what one AssumeRole call needs: `sts:AssumeRole` with all conditions, and `sts:TagSession` and `sts:SetSourceIdentity` only
 * for the session tags and source identities that the manifest names. They are separate statements, because AWS documents
 * `sts:ExternalId` and `aws:ResourceOrgID` for `sts:AssumeRole` alone.
 *
 * @param base principal or resource of each statement.
 * @param condition of each statement.
 * @param assumeOnly further condition of `sts:AssumeRole`.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
export function assumeStatements(
  base: Pick<Statement, "Principal" | "Resource">,
  { sessionTags, sourceIdentities, requiredTaskIds }: SessionAttributes,
  condition: Condition = {},
  assumeOnly: Condition = {},
): Statement[] {
  const tags = { "ForAllValues:StringEquals": { "aws:TagKeys": sessionTags } };
  const identities = { StringLike: { "sts:SourceIdentity": sourceIdentities } };
  // A session is a task's when it has the tag of one; its name can be limited further.
  const attributed = requiredTaskIds && {
    StringLike: {
      "sts:SourceIdentity": sourceIdentities,
      "sts:RoleSessionName": requiredTaskIds,
      [`aws:RequestTag/${TASK_TAGS.task}`]: "?*",
    },
  };
  return [
    allow(base, "sts:AssumeRole", merged(merged(condition, assumeOnly), attributed ?? {})),
    ...(sessionTags.length > 0 ? [allow(base, "sts:TagSession", merged(condition, tags))] : []),
    ...(sourceIdentities.length > 0 ? [allow(base, "sts:SetSourceIdentity", merged(condition, identities))] : []),
  ];
}

/** One statement; without an empty condition. */
export function allow(
  base: Pick<Statement, "Principal" | "Resource">,
  action: string | readonly string[],
  condition: Condition,
): Statement {
  return {
    Effect: "Allow",
    ...base,
    Action: action,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

/** Both conditions together: the keys of one operator are merged. */
export function merged(a: Condition, b: Condition): Condition {
  const operators = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(operators.map((operator) => [operator, { ...a[operator], ...b[operator] }]));
}

/** A whole account as a principal. */
export function accountPrincipal(partition: string, account: string): Readonly<Record<string, string>> {
  return { AWS: `arn:${partition}:iam::${account}:root` };
}
