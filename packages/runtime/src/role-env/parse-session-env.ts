import { EXTERNAL_ID_SHAPE, isExternalId, isSessionName, isTag } from "./grammar.ts";
import type { Env, Report } from "./env.ts";
import { parseRoleArn } from "./role-arn.ts";
import type { MasterRoleHop, RoleEnv } from "./target-role.ts";

const SESSION_NAME_SHAPE = "use 2 to 64 of: letters, digits, _ + = , . @ -";

/** Reads what holds for every role: the master's hop and what each session is called. */
export function parseSessionEnv(env: Env, report: Report): Omit<RoleEnv, "roles"> {
  const master = parseMaster(env, report);
  const roleSessionName = parseSessionName(env, "AGENT_ROLES_SESSION_NAME", report);
  const sourceIdentity = parseSessionName(env, "AGENT_ROLES_SOURCE_IDENTITY", report);
  const sessionTags = parseSessionTags(env, report);
  return {
    ...(master && { master }),
    ...(roleSessionName && { roleSessionName }),
    ...(sourceIdentity && { sourceIdentity }),
    ...(sessionTags && { sessionTags }),
  };
}

function parseMaster(env: Env, report: Report): MasterRoleHop | undefined {
  const value = env["AWS_MASTER_ROLE_ARN"];
  const externalId = env["AWS_MASTER_ROLE_EXTERNAL_ID"];
  if (externalId && !isExternalId(externalId)) {
    const variable = "AWS_MASTER_ROLE_EXTERNAL_ID";
    report({ path: variable, message: `"${externalId}" is not valid`, fix: EXTERNAL_ID_SHAPE });
  }
  if (!value) return undefined;
  const role = parseRoleArn(value);
  if (!role) {
    const fix = "expected arn:aws:iam::<account>:role/<name>, without a profile";
    report({ path: "AWS_MASTER_ROLE_ARN", message: `"${value}" is not a role ARN`, fix });
    return undefined;
  }
  return { role, ...(externalId && { externalId }) };
}

function parseSessionName(env: Env, variable: string, report: Report): string | undefined {
  const value = env[variable];
  if (!value) return undefined;
  if (isSessionName(value)) return value;
  report({ path: variable, message: `"${value}" is not valid`, fix: SESSION_NAME_SHAPE });
  return undefined;
}

function parseSessionTags(env: Env, report: Report): Record<string, string> | undefined {
  const variable = "AGENT_ROLES_SESSION_TAGS";
  const value = env[variable];
  if (!value) return undefined;
  const pairs = value.split(",").map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    return equals < 0 ? ["", pair] : [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
  });
  const fix = "write key=value,key=value: at most 50 tags, no key twice, keys to 128 and values to 256 characters";
  const keys = new Set(pairs.map(([key]) => key.toLowerCase()));
  if (pairs.length > 50 || keys.size < pairs.length || !pairs.every(([key, text]) => isTag(key, text))) {
    report({ path: variable, message: `"${value}" is not a list of tags`, fix });
    return undefined;
  }
  return Object.fromEntries(pairs);
}
