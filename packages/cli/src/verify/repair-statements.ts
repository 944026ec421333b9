import { accountOf, parseArn } from "@agent-roles/iam/arn";
import { type ParsedRoleEnv, type RoleArn, TASK_TAGS } from "@agent-roles/runtime/role-env";

/** Statements to add to one policy. */
export interface Repair {
  /** `the trust policy of arn:…`. */
  readonly policy: string;
  readonly statements: readonly object[];
}

/** A refused AssumeRole call. */
export interface RefusedCall {
  readonly role: RoleArn;
  readonly externalId?: string;
  /** ARN of the caller: a role, a user or a session. */
  readonly callerArn: string;
  readonly code: string;
  /** AWS's text, which names the kind of policy within one account. */
  readonly message: string;
}

/** These limit a permission that another policy gives: a statement that allows more does not help. */
const LIMITS = /service control polic|resource control polic|permissions boundar|session polic|endpoint polic/i;
const CODES_OF_TRUST = new Set(["TrustDenied", "AccessDenied", "TagSessionDenied", "SetSourceIdentityDenied"]);
const CODES_OF_CALLER = new Set(["MasterNotAllowed", "AccessDenied", "TagSessionDenied", "SetSourceIdentityDenied"]);

/**
 * The statements that would let a refused call pass. Across accounts AWS does not say which side refused: then those of both sides.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
export function repairStatements(
  call: RefusedCall,
  session: Pick<ParsedRoleEnv, "sessionTags" | "sourceIdentity" | "task">,
): readonly Repair[] {
  const { role, externalId, callerArn, code, message } = call;
  const accountId = accountOf(callerArn);
  if (LIMITS.test(message) || accountId === undefined) return [];
  const { sessionTags, sourceIdentity, task } = session;
  const passed = [...(sessionTags ? ["sts:TagSession"] : []), ...(sourceIdentity ? ["sts:SetSourceIdentity"] : [])];
  const Principal = { AWS: `arn:${parseArn(callerArn)?.partition}:iam::${accountId}:root` };
  const condition = callerCondition(callerArn);
  const attributed = task !== undefined && {
    StringLike: {
      [`aws:RequestTag/${TASK_TAGS.task}`]: "?*",
      ...(sourceIdentity && { "sts:SourceIdentity": "?*" }),
    },
  };
  const trust = [
    {
      Effect: "Allow",
      Principal,
      Action: "sts:AssumeRole",
      Condition: {
        ...condition,
        ...attributed,
        ...(externalId !== undefined && { StringEquals: { "sts:ExternalId": externalId } }),
      },
    },
    ...(sessionTags
      ? [
          {
            Effect: "Allow",
            Principal,
            Action: "sts:TagSession",
            Condition: { ...condition, "ForAllValues:StringEquals": { "aws:TagKeys": Object.keys(sessionTags) } },
          },
        ]
      : []),
    ...(sourceIdentity
      ? [
          {
            Effect: "Allow",
            Principal,
            Action: "sts:SetSourceIdentity",
            Condition: { ...condition, StringEquals: { "sts:SourceIdentity": sourceIdentity } },
          },
        ]
      : []),
  ];
  const allow = (Action: readonly string[]): object => ({ Effect: "Allow", Action, Resource: role.arn });
  const identity = attributed
    ? [{ ...allow(["sts:AssumeRole"]), Condition: attributed }, allow(passed)]
    : [allow(["sts:AssumeRole", ...passed])];
  return [
    ...(CODES_OF_TRUST.has(code) ? [{ policy: `the trust policy of ${role.arn}`, statements: trust }] : []),
    ...(CODES_OF_CALLER.has(code) ? [{ policy: `a policy of ${callerArn}`, statements: identity }] : []),
  ];
}

/** Session ARNs drop the path of the role: then the role can have any. */
function callerCondition(callerArn: string): object {
  const { partition, account, resource = "" } = parseArn(callerArn) ?? {};
  const [kind, name] = resource.split("/");
  if (kind !== "assumed-role") return { ArnEquals: { "aws:PrincipalArn": callerArn } };
  const prefix = `arn:${partition}:iam::${account}:role/`;
  return { ArnLike: { "aws:PrincipalArn": [`${prefix}${name}`, `${prefix}*/${name}`] } };
}
