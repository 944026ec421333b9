import type { AssumeRoleCommandInput } from "@aws-sdk/client-sts";
import { statementsOf } from "../role-env/session-policy.ts";
import type { AccessLevel } from "../role-env/index.ts";
import { DENIED_ACTIONS, DENIED_API_KEYS } from "./denied-actions.ts";
import type { SessionRole } from "./session-key.ts";

const MANAGED: Readonly<Record<Exclude<AccessLevel, "full">, string>> = {
  view: "job-function/ViewOnlyAccess",
  read: "ReadOnlyAccess",
};

/**
 * The policies that AssumeRole gets for a role: its own, or those of its access level with its own Deny statements. AWS allows what the role
 * allows *and* any of these allows, and denies what any of these denies.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 */
export function sessionPolicies(request: SessionRole): Pick<AssumeRoleCommandInput, "Policy" | "PolicyArns"> {
  const { role, access = "full", sessionPolicy, sessionPolicyArns } = request;
  if (access === "full") {
    return {
      ...(sessionPolicy && { Policy: sessionPolicy }),
      ...(sessionPolicyArns && { PolicyArns: sessionPolicyArns.map((arn) => ({ arn })) }),
    };
  }
  const own = sessionPolicy ? statementsOf(sessionPolicy) : [];
  return {
    Policy: JSON.stringify({ Version: "2012-10-17", Statement: [...denials(role.partition), ...own] }),
    PolicyArns: [{ arn: `arn:${role.partition}:iam::aws:policy/${MANAGED[access]}` }],
  };
}

function denials(partition: string): object[] {
  const { action, resources } = DENIED_API_KEYS;
  const Resource = resources.map((resource) => `arn:${partition}:${resource}`);
  return [
    { Effect: "Deny", Action: Object.keys(DENIED_ACTIONS), Resource: "*" },
    { Effect: "Deny", Action: action, Resource },
  ];
}
