import { type Caller, callerAccount, callerArn } from "./caller.ts";
import type { StsAnswer } from "./sts-answer.ts";

/**
 * Answers `GetCallerIdentity`, which every caller may ask.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function getCallerIdentity(caller: Caller): StsAnswer {
  const userId = caller.kind === "user" ? caller.user.userId : caller.session.userId;
  return {
    action: "GetCallerIdentity",
    result: { UserId: userId, Account: callerAccount(caller), Arn: callerArn(caller) },
  };
}
