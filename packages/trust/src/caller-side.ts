import type { Reason } from "./assume-role-request.ts";
import { allOf, type Truth } from "./truth.ts";
import type { Verdict } from "./verdict.ts";

/** The verdicts of the caller's own side. */
export interface CallerSide {
  /** `undefined` when the caller's identity policies are not known. */
  readonly identity: Verdict | undefined;
  readonly boundary: Verdict | undefined;
  readonly session: Verdict | undefined;
}

/** Whether the policies together grant an action, which of the caller's side had to, and what is to be said about it. */
export interface Grant {
  readonly truth: Truth;
  readonly identityNeeded: boolean;
  readonly capsNeeded: boolean;
  readonly remarks: readonly Reason[];
}

/** Whether the identity policies allow; unknown when they are not given. */
export function identityAllows({ identity }: CallerSide): Truth {
  return identity ? identity.allows : "unknown";
}

/** Whether boundary and session policy, as far as there are any, both allow. */
export function capsAllow({ boundary, session }: CallerSide): Truth {
  return allOf([boundary?.allows ?? "yes", session?.allows ?? "yes"]);
}

/** Says that identity policies which are needed are not known. */
export function identityRemarks(action: string, { identity }: CallerSide): readonly Reason[] {
  if (identity) return [];
  const message = `the caller's identity policies are not given, and they have to allow ${action}`;
  return [{ effect: "uncertain", action, policy: "identity policy", message }];
}
