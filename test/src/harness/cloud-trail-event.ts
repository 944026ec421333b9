import type { StsCall } from "@agent-roles/sandbox";

/**
 * A call of STS as CloudTrail records it: the role and the attributes of the new session in an event of AssumeRole, the session's own
 * facts in every other event. The sandbox has no CloudTrail.
 *
 * @param roleArns - the roles of sessions, whose ARNs do not have the path.
 */
export function cloudTrailEvent(call: StsCall, roleArns: readonly string[]): object {
  const { action, at, callerArn = "", roleArn, roleSessionName, sourceIdentity, outcome } = call;
  const [, account, name] = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn) ?? [];
  const issuer = roleArns.find((arn) => arn.startsWith(`arn:aws:iam::${account}:`) && arn.endsWith(`/${name}`));
  return {
    eventSource: "sts.amazonaws.com",
    eventName: action,
    eventTime: new Date(at).toISOString(),
    ...(outcome !== "ok" && { errorCode: outcome }),
    userIdentity: {
      type: "AssumedRole",
      arn: callerArn,
      sessionContext: {
        ...(issuer !== undefined && { sessionIssuer: { type: "Role", arn: issuer } }),
        ...(roleArn === undefined && { sourceIdentity }),
      },
    },
    ...(roleArn !== undefined && { requestParameters: { roleArn, roleSessionName, sourceIdentity } }),
  };
}
