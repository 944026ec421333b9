import { AgentRolesError } from "../../agent-roles-error.ts";

/** Refuses a value that something else put there. */
export function notOurs(secretId: string, profile?: string): AgentRolesError {
  const what = profile === undefined ? "its value" : `what it holds for ${profile}`;
  return new AgentRolesError(`${secretId}: agent-roles did not write ${what}`, {
    code: "ForeignProfile",
    fix: "use another name or prefix; or, if nobody needs that value, replace it by {}",
  });
}
