import { resolve } from "node:path";
import type { CredentialStore, MasterConfig, Owner } from "@agent-roles/runtime";
import type { Env, ParsedRoleEnv } from "@agent-roles/runtime/role-env";
import { oneOf } from "./one-of.ts";
import { OWN_COMMAND } from "./own-command.ts";

/** `credentials-file` writes keys; `credential-process` writes profiles that run this program to get them. */
export const MODES = ["credentials-file", "credential-process"] as const;

export interface StoreOptions {
  readonly mode: string;
  readonly secret?: string;
  readonly adopt?: boolean;
  readonly owner?: Owner;
  readonly envFile?: string;
}

/**
 * The stores that `run` writes to.
 *
 * @throws {UsageError} for an unknown mode.
 */
export async function runStores(
  env: Env,
  roleEnv: ParsedRoleEnv,
  { mode, secret, adopt = false, envFile, owner }: StoreOptions,
): Promise<readonly CredentialStore[]> {
  const inMode = oneOf("--mode", mode, MODES);
  const { credentialProcessStore, masterConfig, sharedCredentialsStore } = await import("@agent-roles/runtime");
  const envFileArgs = envFile === undefined ? [] : ["--env-file", resolve(envFile)];
  const options = { env, adopt, ...(owner && { owner }) };
  const files =
    inMode === "credentials-file"
      ? sharedCredentialsStore(options)
      : credentialProcessStore({ ...options, command: [...OWN_COMMAND, "credential-process", ...envFileArgs] });
  if (secret === undefined) return [files];
  const { secretsManagerStore } = await import("@agent-roles/runtime/secrets-manager");
  // The master role writes the secrets, also when the ambient credentials are another principal's.
  const clientConfig = (): MasterConfig => masterConfig(roleEnv, { env });
  const which = secret.endsWith("/") ? { prefix: secret } : { secretId: secret };
  return [files, secretsManagerStore({ ...which, clientConfig })];
}
