import { inEnvironment, type Rule } from "../rule.ts";

/** STS caps a chained session at one hour; seconds. */
const LONGEST_CHAINED = 3600;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
export const chainedDuration: Rule = {
  id: "chained-duration",
  severity: "error",
  why: "STS denies more than one hour to a caller that is itself a role session",
  fix: "request at most 3600 seconds; the runtime rotates the session anyway",
  *checkSet({ context }) {
    if (context.masterRoleArn === undefined) return;
    for (const expected of context.expectedRoles ?? []) {
      const { durationSeconds = 0, variable } = expected;
      if (durationSeconds <= LONGEST_CHAINED) continue;
      yield {
        ...inEnvironment(expected),
        message: `${variable}_DURATION_SECONDS is ${durationSeconds}; a session of the master role gets at most ${LONGEST_CHAINED}`,
      };
    }
  },
};
