import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { AgentRolesError } from "../agent-roles-error.ts";
import { type Env, isRole, parseRoleEnv } from "../role-env/index.ts";
import { isJsonObject } from "../role-env/json.ts";
import { stsError } from "../sts/sts-error.ts";
import { secretRegion } from "../stores/secrets-manager/secret-region.ts";
import { connectMaster, type MasterOptions } from "../master/connect-master.ts";

export interface SecretEnvOptions extends MasterOptions {
  /** Name or ARN; an ARN also contains the Region. */
  readonly secretId: string;
  /** Selects Region, endpoint and master. */
  readonly env: Env;
}

/**
 * The variables that a secret holds as a JSON object, read as the master.
 *
 * @throws {AgentRolesError} `RolesUnreadable`; `Unavailable` where Secrets Manager is not reached.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export async function readSecretEnv({ secretId, ...options }: SecretEnvOptions): Promise<Record<string, string>> {
  return parseSecretEnv(await secretText(secretId, options), secretId);
}

async function secretText(secretId: string, options: Omit<SecretEnvOptions, "secretId">): Promise<string> {
  const { region, credentials } = connectMaster(parseRoleEnv(options.env), options);
  const client = new SecretsManagerClient({
    region: secretRegion(secretId) ?? region,
    credentials,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (SecretString !== undefined) return SecretString;
    const fix = "Store the variables as a JSON object in the secret's string.";
    throw unreadable(secretId, "the secret is binary", { fix });
  } catch (error) {
    throw error instanceof AgentRolesError && error.code === "RolesUnreadable" ? error : notRead(error, secretId);
  } finally {
    client.destroy();
  }
}

/** Messages never contain values: a value in the wrong place can be a secret. */
function parseSecretEnv(text: string, secretId: string): Record<string, string> {
  const fix = 'Store {"AWS_ROLE_1": "arn:aws:iam::<account>:role/<name>:<profile>", …}; every value is a string.';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable(secretId, "the secret is not JSON", { fix });
  }
  if (!isJsonObject(json)) throw unreadable(secretId, "the secret is not a JSON object", { fix });
  const foreign = Object.keys(json).filter((name) => !isRole(name) && !DEFINITIONS.includes(name));
  if (foreign.length > 0) {
    // What is no variable's name can be anything.
    const shown = foreign.map((name) =>
      /^[A-Z][A-Z0-9_]{0,127}$/.test(name) ? name : "a name that is not a variable",
    );
    throw unreadable(secretId, `the secret sets ${[...new Set(shown)].join(", ")}`, {
      fix: `Remove them: a secret can set AWS_ROLE_N and its options, ${DEFINITIONS.join(", ")}.`,
    });
  }
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (typeof value !== "string") throw unreadable(secretId, `${name} in the secret is not a string`, { fix });
    variables[name] = value;
  }
  return variables;
}

/** Roles and how their sessions are named: never a path, an endpoint or credentials of this machine. */
const DEFINITIONS: readonly string[] = [
  "AWS_MASTER_ROLE_ARN",
  "AWS_MASTER_ROLE_EXTERNAL_ID",
  "AGENT_ROLES_SESSION_NAME",
  "AGENT_ROLES_SOURCE_IDENTITY",
  "AGENT_ROLES_SESSION_TAGS",
  "AGENT_ROLES_TASK",
  "AGENT_ROLES_ON_BEHALF_OF",
];

/**
 * Checks the variables of a secret together with the others. Messages name the variables, and never their values.
 *
 * @throws {AgentRolesError} `RolesUnreadable`.
 */
export function checkSecretEnv(secret: Env, merged: Env, secretId: string): void {
  try {
    parseRoleEnv(merged);
  } catch (error) {
    const problems = error instanceof AgentRolesError ? error.problems : [];
    const names = problems.flatMap(({ path }) => (path !== undefined && path in secret ? [path] : []));
    if (names.length === 0) throw error;
    const message = `not valid: ${names.join(", ")} (values of a secret are not shown)`;
    throw unreadable(secretId, message, {
      fix: "Correct them in the secret: AWS_ROLE_N is <role ARN>:<profile>; docs/runtime.md lists the others.",
    });
  }
}

function notRead(error: unknown, secretId: string): AgentRolesError {
  const name = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : String(error);
  const failure = unreadable(secretId, `${name}: ${message}`, { fix: fixFor(name, message, secretId), cause: error });
  if (stsError(error, { subject: secretId }).code !== "Unavailable") return failure;
  // Not the configuration: a service manager can start the process again.
  const fix = "Check the network path to Secrets Manager, HTTPS_PROXY, AWS_REGION and AWS_ENDPOINT_URL.";
  return new AgentRolesError(failure.message, { code: "Unavailable", retryable: true, fix, cause: error });
}

function fixFor(name: string, message: string, secretId: string): string {
  if (name === "ResourceNotFoundException")
    return "Correct AGENT_ROLES_SECRET_ID, or the Region: a name is looked up in AWS_REGION.";
  if (name === "AccessDeniedException" && /kms/i.test(message))
    return "Allow the master kms:Decrypt on the secret's key.";
  if (name === "AccessDeniedException") return `Allow the master secretsmanager:GetSecretValue on ${secretId}.`;
  if (name === "InvalidRequestException") return "The secret is scheduled for deletion. Restore it, or use another.";
  return "Check the message above.";
}

function unreadable(
  secretId: string,
  message: string,
  { fix, cause }: { fix: string; cause?: unknown },
): AgentRolesError {
  return new AgentRolesError(`${secretId}: ${message}`, { code: "RolesUnreadable", retryable: true, fix, cause });
}
