import type { Env, TargetRole } from "@agent-roles/runtime/role-env";

/** Variables of AWS that lead to credentials, by what their names mention, so that AWS's next such variable is covered as well. */
const LEADS_TO_CREDENTIALS =
  /^AWS_(?!ENDPOINT_URL).*(ACCESS_KEY|SECRET|TOKEN|PROFILE|CREDENTIAL|ROLE|SSO|LOGIN|CONFIG_FILE|METADATA|VAULT|ACCOUNT_ID$)/i;

/** Variables of other tools from which a process can become the master: keys of older SDKs, tokens of CI systems for web identities. */
const OTHERS =
  /^(AGENT_ROLES_.*|BOTO_CONFIG|EC2_(ACCESS|SECRET)_KEY|ACTIONS_ID_TOKEN_REQUEST_(URL|TOKEN)|CI_JOB_JWT.*|\w+_OIDC_TOKEN(_V2)?|TFC_WORKLOAD_IDENTITY_TOKEN.*|BUILDKITE_AGENT_ACCESS_TOKEN)$/i;

/** What a command can know of its task. */
const OF_TASK: ReadonlySet<string> = new Set(["AGENT_ROLES_TASK", "AGENT_ROLES_ON_BEHALF_OF"]);

/** The files that a child process gets in place of the user's own. */
export interface PrivateFiles {
  readonly directory: string;
  readonly configFile: string;
  readonly credentialsFile: string;
}

/**
 * The environment of a process that sees these roles only: without variables that lead to other credentials, with the private files.
 * Its roles are numbered from 1. Endpoints, proxies and certificate authorities stay.
 */
export function childEnv(env: Env, targets: readonly TargetRole[], files: PrivateFiles): Env {
  const kept = Object.entries(roleVariables(env, targets)).filter(
    ([name]) => isRoleOf(name, targets) || !(LEADS_TO_CREDENTIALS.test(name) || OTHERS.test(name)),
  );
  // Without gaps, which agent-roles reports.
  const numbers = new Map(targets.map(({ number }, index) => [String(number), index + 1]));
  const renumbered = kept.map(([name, value]) => [
    name.replace(/^(AWS_ROLE_)(\d+)/, (_, prefix: string, number: string) => `${prefix}${numbers.get(number)}`),
    value,
  ]);
  const [only] = targets.length === 1 ? targets : [];
  const task = Object.entries(env).filter(([name, value]) => OF_TASK.has(name) && value);
  return {
    ...Object.fromEntries([...renumbered, ...task]),
    AWS_CONFIG_FILE: files.configFile,
    AWS_SHARED_CREDENTIALS_FILE: files.credentialsFile,
    AGENT_ROLES_CACHE_DIR: files.directory,
    AWS_EC2_METADATA_DISABLED: "true",
    // Older SDKs, such as Go's first version, read the config file only then.
    AWS_SDK_LOAD_CONFIG: "1",
    ...(only && { AWS_PROFILE: only.profile }),
    ...(only?.region && { AWS_REGION: only.region, AWS_DEFAULT_REGION: only.region }),
  };
}

/** The environment without the `AWS_ROLE_N` of other roles. */
export function roleVariables(env: Env, targets: readonly TargetRole[]): Env {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^AWS_ROLE_\d/.test(name) || isRoleOf(name, targets)),
  );
}

function isRoleOf(name: string, targets: readonly TargetRole[]): boolean {
  const number = /^AWS_ROLE_(\d+)(_|$)/.exec(name)?.[1];
  return targets.some((target) => String(target.number) === number);
}
