import type { CredentialStore, Owner } from "@agent-roles/runtime";
import type { Env, ParsedRoleEnv } from "@agent-roles/runtime/role-env";
import { oneOf } from "./options.ts";
import { UsageError } from "./usage-error.ts";

/** `process` writes profiles that every SDK refreshes; `credentials-file` writes keys that most clients read once. */
export const MODES = ["process", "credentials-file"] as const;

export interface StoreOptions {
  readonly mode: string;
  readonly secret?: string;
  readonly adopt?: boolean;
  readonly once?: true;
  /** Receives what was replaced with `adopt`. */
  readonly onAdopted?: (message: string) => void;
  readonly owner?: Owner;
  /** A group by number whose members can read the profiles. */
  readonly group?: number;
}

/**
 * The stores that `run` writes to.
 *
 * @throws {UsageError} for an unknown mode, or a group that does not fit it.
 */
export async function runStores(
  env: Env,
  roleEnv: ParsedRoleEnv,
  { mode, secret, adopt = false, once, onAdopted, owner, group }: StoreOptions,
): Promise<readonly CredentialStore[]> {
  const inMode = oneOf("--mode", mode, MODES);
  const { profileStore, sharedCredentialsStore } = await import("@agent-roles/runtime");
  const options = { env, adopt, ...(once && { once }), ...(onAdopted && { onAdopted }), ...(owner && { owner }) };
  if (group !== undefined && inMode !== "process") throw new UsageError("--group needs --mode process");
  const { GROUP_FILE_MODE: fileMode } = await import("@agent-roles/runtime/stores");
  const processOptions = { ...options, ...(group !== undefined && { fileMode }) };
  const files = inMode === "process" ? profileStore(processOptions) : sharedCredentialsStore(options);
  if (secret === undefined) return [files];
  const { connectMaster } = await import("@agent-roles/runtime/master");
  const { secretsManagerStore } = await import("@agent-roles/runtime/secrets-manager");
  // The master role writes the secrets, also when the ambient credentials are another principal's.
  const clientConfig = () => {
    const { region, credentials } = connectMaster(roleEnv, { env });
    return { region, credentials };
  };
  const which = secret.endsWith("/") ? { prefix: secret } : { secretId: secret };
  return [files, secretsManagerStore({ ...which, clientConfig })];
}
