import type { TargetRole } from "../role-env/index.ts";

/** One role as it is asked of STS: a target role, or the master in the first hop. */
export interface RoleRequest extends Pick<TargetRole, "role" | "externalId" | "durationSeconds" | "sessionPolicyArns"> {
  /** For messages: which role is asked for. */
  readonly subject: string;
  /** For messages: who asks. */
  readonly caller: string;
  /** The variable that declares it, for the fix: `AWS_ROLE_3`. */
  readonly variable: string;
}

export function targetRequest(target: TargetRole): RoleRequest {
  return { ...target, subject: target.profile, caller: "the master", variable: `AWS_ROLE_${target.number}` };
}
