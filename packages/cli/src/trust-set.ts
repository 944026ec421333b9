import type { Manifest } from "@agent-roles/manifest";
import type { TrustContext, TrustRole } from "@agent-roles/trust";
import type { Command } from "commander";

/** `--manifest FILE` and `--no-manifest`, for commands that can do without one. */
export function withOptionalManifest(command: Command): Command {
  return command
    .option(
      "--manifest <file>",
      "accounts, master and trust: section from this manifest (agent-roles.yaml if it is there)",
    )
    .option("--no-manifest", "read no manifest");
}

/** As commander gives it: `false` for `--no-manifest`. */
export type ManifestChoice = string | false | undefined;

/** Roles and what is known beside them. */
export interface TrustSet {
  readonly roles: readonly TrustRole[];
  readonly files: readonly string[];
  readonly context: TrustContext;
  readonly manifest: Manifest | undefined;
}

/**
 * Reads the roles that paths name, and the manifest.
 *
 * @param paths none means `cdk.out`, or, with `live`, nothing beside the account that the credentials belong to.
 * @throws {TrustInputError} or {ManifestError} when one of them cannot be read.
 */
export async function readTrustSet(
  paths: readonly string[],
  choice: ManifestChoice,
  options: { readonly live?: boolean } = {},
): Promise<TrustSet> {
  const { loadTrustRoles } = await import("./trust-inputs/load-trust-roles.ts");
  const { manifest, context } = await readContext(choice);
  return { ...(await loadTrustRoles(paths, { cwd: ".", ...(options.live && { live: {} }) })), manifest, context };
}

const USUAL_MANIFEST = "agent-roles.yaml";

async function readContext(choice: ManifestChoice): Promise<Pick<TrustSet, "manifest" | "context">> {
  if (choice === false) return { manifest: undefined, context: {} };
  const { loadManifest, ManifestError, trustContext } = await import("@agent-roles/manifest");
  const file = choice ?? USUAL_MANIFEST;
  try {
    const manifest = await loadManifest(file);
    return { manifest, context: trustContext(manifest, file) };
  } catch (error) {
    const isMissing = error instanceof ManifestError && error.code === "ManifestNotFound";
    if (choice === undefined && isMissing) return { manifest: undefined, context: {} };
    throw error;
  }
}
