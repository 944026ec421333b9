import { exec, execFile } from "node:child_process";
import { promisify } from "node:util";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { externalDataInterceptor } from "@smithy/core/config";
import type { HttpHandler } from "@smithy/core/protocols";
import { AgentRolesError } from "../agent-roles-error.ts";
import { readProfile } from "../aws-files/profile-setting.ts";
import type { Env } from "../role-env/env.ts";
import { NO_CREDENTIALS } from "../sts/sts-error.ts";
import { masterCredentialsError } from "../sts/master-credentials-error.ts";

/** The longest time of an STS call: a person can have to enter a code. */
const PROCESS_LIMIT_MS = 60_000;

/**
 * The SDK's default chain, read anew by each provider: a new one notices a new login. Its calls use this handler, and its
 * failures are the master's.
 *
 * @param processLimitMs - after this time a `credential_process` is ended, whoever made the provider that started it.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function defaultCredentials(
  requestHandler: HttpHandler,
  env: Env,
  processLimitMs: number = PROCESS_LIMIT_MS,
): AwsCredentialIdentityProvider {
  limitCredentialProcesses(processLimitMs);
  const provider = defaultProvider({ ignoreCache: true, clientConfig: { requestHandler } });
  return asMaster(() =>
    provider().catch((error: unknown) => {
      throw profileError(error, env) ?? error;
    }),
  );
}

/** Settings of a profile that something else must follow to credentials. */
const LEADS_ELSEWHERE = [
  "credential_process",
  "source_profile",
  "credential_source",
  "web_identity_token_file",
  "sso_session",
];

/** The SDK goes on to the next provider when a profile leads nowhere, and its last error does not name the profile. */
function profileError(error: unknown, env: Env): AgentRolesError | undefined {
  const message = error instanceof Error ? error.message : "";
  // The SDK reads a missing sso-session without looking.
  if (!/^(Could not load credentials from any providers|Cannot read properties of)/.test(message)) return undefined;
  const profile = env["AWS_PROFILE"] || "default";
  const sections = readProfile(profile, env);
  const setting = LEADS_ELSEWHERE.find((name) => sections.some(({ values }) => values[name]));
  if (setting === undefined) {
    if (!env["AWS_PROFILE"]) return undefined;
    const what = sections.length === 0 ? "is not in ~/.aws/config or ~/.aws/credentials" : "has no credentials";
    return new AgentRolesError(`the master's credentials: the profile "${profile}" of AWS_PROFILE ${what}`, {
      code: "MasterCredentialsInvalid",
      fix: `Set AWS_PROFILE to a profile that leads to the master's credentials, or unset it. ${NO_CREDENTIALS}`,
      cause: error,
    });
  }
  const isProcess = setting === "credential_process";
  return new AgentRolesError(`the master's credentials: ${setting} of the profile "${profile}" gave no credentials`, {
    code: isProcess ? "MasterCredentialsUnavailable" : "MasterCredentialsInvalid",
    retryable: isProcess,
    fix: `Run aws sts get-caller-identity --profile ${profile} to see why, and correct the profile.`,
    cause: error,
  });
}

/** The same provider; its failures name the master's credentials. */
export function asMaster(provider: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  return async (...args) => {
    try {
      const credentials = await provider(...args);
      // The SDK would call it a failure of the role: an agent in JavaScript can give anything.
      if (!credentials?.accessKeyId || !credentials.secretAccessKey) throw new Error("the provider gave no keys");
      return credentials;
    } catch (error) {
      throw masterCredentialsError(error);
    }
  };
}

/** The SDK waits for a `credential_process` forever; this hook of it, made for its tests, is the only way to end the process. */
function limitCredentialProcesses(limitMs: number): void {
  const run = (command: string): Promise<{ stdout: string }> => runProcess(command, limitMs);
  const hook = Object.assign(() => run, { [promisify.custom]: run });
  Object.assign(externalDataInterceptor.getTokenRecord(), { exec: hook });
}

function runProcess(command: string, limitMs: number): Promise<{ stdout: string }> {
  const running = promisify(exec)(command);
  const { pid } = running.child;
  const timer = setTimeout(() => void (pid && endProcesses(pid)), limitMs);
  return running.finally(() => clearTimeout(timer));
}

/** Ends a process and what it started: the shell's own end would leave the program behind. */
async function endProcesses(pid: number): Promise<void> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]).catch(() => ({ stdout: "" }));
  const pairs = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const ending = [pid];
  for (const parent of ending) for (const [child, of] of pairs) if (child && of === parent) ending.push(child);
  for (const each of ending) {
    try {
      process.kill(each, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}
