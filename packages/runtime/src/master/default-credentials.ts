import { exec } from "node:child_process";
import { promisify } from "node:util";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { externalDataInterceptor } from "@smithy/core/config";
import type { NodeHttpHandler } from "@smithy/node-http-handler";
import { masterCredentialsError } from "../sts/sts-error.ts";

/** As long as an STS call may take: a person can have to enter a code. */
const PROCESS_LIMIT_MS = 60_000;

/**
 * The SDK's default chain, read anew by each provider: a new one notices a new login. Its calls use this handler, and its
 * failures are the master's.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function defaultCredentials(requestHandler: NodeHttpHandler): AwsCredentialIdentityProvider {
  limitCredentialProcesses();
  return asMaster(defaultProvider({ ignoreCache: true, clientConfig: { requestHandler } }));
}

/** The same provider; its failures name the master's credentials. */
export function asMaster(provider: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  return async (...args) => {
    try {
      return await provider(...args);
    } catch (error) {
      throw masterCredentialsError(error);
    }
  };
}

/** The SDK waits for a `credential_process` forever; this hook of it, made for its tests, is the only way to end the process. */
function limitCredentialProcesses(): void {
  const hook = Object.assign(() => runProcess, { [promisify.custom]: runProcess });
  Object.assign(externalDataInterceptor.getTokenRecord(), { exec: hook });
}

function runProcess(command: string): Promise<{ stdout: string }> {
  return promisify(exec)(command, { timeout: PROCESS_LIMIT_MS, killSignal: "SIGKILL" });
}
