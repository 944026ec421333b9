import { AgentRolesError } from "../agent-roles-error.ts";
import { formatDiagnostic } from "../role-env/diagnostic.ts";
import { sessionPolicyMistakes, type Statement, statementsOf } from "../role-env/session-policy.ts";
import { deniesOf, intersectPolicies } from "./intersect-policies.ts";
import type { SessionRole } from "./session-key.ts";

type Narrowed = Pick<SessionRole, "access" | "sessionPolicy" | "sessionPolicyArns">;

/**
 * The session policies of a role, narrowed by a further policy: the new session can do what both allow.
 *
 * @param policy - without blanks.
 * @throws {AgentRolesError} `CannotNarrow` when AssumeRole has no way to say that. It is never said in a wider way.
 */
export function narrowRole(role: Narrowed, policy: string): Narrowed {
  const { access = "full", sessionPolicy, sessionPolicyArns } = role;
  const own = sessionPolicy === undefined ? undefined : statementsOf(sessionPolicy);
  const asked = statementsOf(policy);
  const byArn = access === "full" ? sessionPolicyArns && "AWS_ROLE_N_SESSION_POLICY_ARNS" : `access ${access}`;
  const statements = byArn ? beside(own ?? [], asked) : own ? intersectPolicies(own, asked) : asked;
  if (!statements) {
    const what = byArn ? `${byArn} is a managed policy, whose content is not known here` : "they overlap in part";
    throw cannotNarrow(`no single session policy allows what both allow: ${what}`);
  }
  const narrowed = { ...role, sessionPolicy: JSON.stringify({ Version: "2012-10-17", Statement: statements }) };
  const names = { access: "access", sessionPolicy: "the narrower policy", sessionPolicyArns: "sessionPolicyArns" };
  const [mistake] = sessionPolicyMistakes(narrowed, names);
  if (mistake) throw cannotNarrow(formatDiagnostic(mistake));
  return narrowed;
}

/** AWS allows what any session policy allows: beside a managed policy only Deny statements narrow. */
function beside(own: readonly Statement[], asked: readonly Statement[]): Statement[] | undefined {
  const allowsAll = asked.some(
    ({ Effect, Action, Resource, Condition }) =>
      Effect === "Allow" && [Action].flat().includes("*") && [Resource].flat().includes("*") && !Condition,
  );
  return allowsAll ? [...own, ...deniesOf(asked)] : undefined;
}

function cannotNarrow(message: string): AgentRolesError {
  const fix =
    "Use a Region whose STS has GetScopedCredentials, or a policy with the same actions and resources as the session policy, or exact ones.";
  return new AgentRolesError(message, { code: "CannotNarrow", fix });
}
