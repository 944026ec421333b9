import { resolve } from "node:path";
import type { CredentialStore, MasterConfig } from "@agent-roles/runtime";
import { oneOf } from "./one-of.ts";
import { OWN_COMMAND } from "./own-command.ts";

/** `credentials-file` writes keys; `credential-process` writes profiles that ask this program for them. */
export const MODES = ["credentials-file", "credential-process"] as const;

export interface StoreOptions {
  readonly mode: string;
  readonly secret?: string;
  readonly adopt?: boolean;
  readonly envFile?: string;
}

/**
 * The stores that `run` keeps the profiles in.
 *
 * @throws {UsageError} for an unknown mode.
 */
export async function runStores(
  env: Readonly<Record<string, string | undefined>>,
  { mode, secret, adopt = false, envFile }: StoreOptions,
): Promise<readonly CredentialStore[]> {
  const inMode = oneOf("--mode", mode, MODES);
  const { credentialProcessStore, masterConfig, parseRoleEnv, sharedCredentialsStore } =
    await import("@agent-roles/runtime");
  const envFileArgs = envFile === undefined ? [] : ["--env-file", resolve(envFile)];
  const files =
    inMode === "credentials-file"
      ? sharedCredentialsStore({ env, adopt })
      : credentialProcessStore({ env, adopt, command: [...OWN_COMMAND, "credential-process", ...envFileArgs] });
  if (secret === undefined) return [files];
  const { secretsManagerStore } = await import("@agent-roles/runtime/secrets-manager");
  // The master keeps the secrets, whatever the ambient credentials are.
  const roleEnv = parseRoleEnv(env);
  const clientConfig = (): MasterConfig => masterConfig(roleEnv, { env });
  const which = secret.endsWith("/") ? { prefix: secret } : { secretId: secret };
  return [files, secretsManagerStore({ ...which, clientConfig })];
}
