import { EXTERNAL_ID_SHAPE, isExternalId, isSessionName, isTag, SESSION_NAME_SHAPE } from "./grammar.ts";
import { definedOnly } from "./defined-only.ts";
import type { Env, Report } from "./env.ts";
import { parseRoleArn, wrongRoleArnPart } from "./role-arn.ts";
import type { MasterRoleHop, RoleEnv } from "./target-role.ts";

/** The session tags of a task: its ID, and the person on whose behalf it runs. */
export const TASK_TAGS = { task: "agent-roles:task", onBehalfOf: "agent-roles:on-behalf-of" } as const;

/** What a session lacks of a task and a person, for fixes; `undefined` when it has both. */
export function missingAttribution({
  task,
  sourceIdentity,
}: Pick<RoleEnv, "task" | "sourceIdentity">): string | undefined {
  const missing = [
    ...(task === undefined ? [["AGENT_ROLES_TASK", "--task"]] : []),
    ...(sourceIdentity === undefined ? [["AGENT_ROLES_ON_BEHALF_OF", "--on-behalf-of"]] : []),
  ];
  if (missing.length === 0) return undefined;
  const [variables, options] = [0, 1].map((index) => missing.map((names) => names[index]).join(" and "));
  return `${variables} (exec: ${options}; library: roles.task)`;
}

/** Reads what holds for every role: the master's hop, what each session is called, and the task that it belongs to. */
export function parseSessionEnv(env: Env, report: Report): Omit<RoleEnv, "roles"> {
  const master = parseMaster(env, report);
  const task = parseSessionName(env, "AGENT_ROLES_TASK", report);
  const onBehalfOf = parseSessionName(env, "AGENT_ROLES_ON_BEHALF_OF", report);
  const roleSessionName = parseSessionName(env, "AGENT_ROLES_SESSION_NAME", report);
  const sourceIdentity = parseSessionName(env, "AGENT_ROLES_SOURCE_IDENTITY", report);
  const sessionTags = {
    ...parseSessionTags(env, report),
    ...(task && { [TASK_TAGS.task]: task }),
    ...(onBehalfOf && { [TASK_TAGS.onBehalfOf]: onBehalfOf }),
  };
  reportConflict(env, ["AGENT_ROLES_TASK", "AGENT_ROLES_SESSION_NAME"], "role session name", report);
  reportConflict(env, ["AGENT_ROLES_ON_BEHALF_OF", "AGENT_ROLES_SOURCE_IDENTITY"], "source identity", report);
  return definedOnly({
    master,
    roleSessionName: task ?? roleSessionName,
    sourceIdentity: onBehalfOf ?? sourceIdentity,
    sessionTags: Object.keys(sessionTags).length > 0 ? sessionTags : undefined,
    task,
  });
}

/** A session has one name and one source identity. */
function reportConflict(env: Env, [first, second]: readonly [string, string], what: string, report: Report): void {
  if (!env[first] || !env[second] || env[first] === env[second]) return;
  const message = `"${env[first]}" is the ${what}, and ${second} is "${env[second]}"`;
  report({ path: first, message, fix: `unset ${second}` });
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
    report({ path: "AWS_MASTER_ROLE_ARN", message: `"${value}" is not a role ARN${wrongRoleArnPart(value)}`, fix });
    return undefined;
  }
  return { role, ...(externalId && { externalId }) };
}

function parseSessionName(env: Env, variable: string, report: Report): string | undefined {
  const value = env[variable];
  if (!value) return undefined;
  if (isSessionName(value)) return value;
  const fix = /^aws:/i.test(value) ? "choose another text: AWS reserves aws:" : SESSION_NAME_SHAPE;
  report({ path: variable, message: `"${value}" is not valid`, fix });
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
  const reserved = Object.values(TASK_TAGS).find((key) => keys.has(key));
  if (reserved) {
    const message = `"${reserved}" is the key of a task`;
    report({ path: variable, message, fix: "set AGENT_ROLES_TASK and AGENT_ROLES_ON_BEHALF_OF" });
  }
  if (pairs.length > 50 || keys.size < pairs.length || !pairs.every(([key, text]) => isTag(key, text))) {
    report({ path: variable, message: `"${value}" is not a list of tags`, fix });
    return undefined;
  }
  return Object.fromEntries(pairs);
}
