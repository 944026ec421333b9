import type { Manifest } from "./manifest.ts";
import { ManifestError } from "./manifest-error.ts";
import { parseManifest, type ParseOptions } from "./parse-manifest.ts";
import { readManifestText } from "./read-source.ts";
import { type ManifestTrustContext, trustContext } from "./trust-context.ts";

/**
 * Reads and validates a manifest.
 *
 * @param file path of an `agent-roles.yaml`; problems name it as given here.
 * @throws {ManifestError} `ManifestNotFound`, `ManifestUnreadable`, or what {@link parseManifest} throws.
 */
export async function loadManifest(file: string, options: ParseOptions = {}): Promise<Manifest> {
  return parseManifest(await readManifestText(file), file, options);
}

/**
 * A manifest with its context of the trust check.
 *
 * @param options.optional - without the file, there is no manifest and nothing is known.
 * @throws as {@link loadManifest}.
 */
export async function loadTrustContext(
  file: string,
  { optional = false }: { readonly optional?: boolean } = {},
): Promise<{ readonly manifest: Manifest | undefined; readonly context: Partial<ManifestTrustContext> }> {
  try {
    const manifest = await loadManifest(file);
    return { manifest, context: trustContext(manifest, file) };
  } catch (error) {
    const isMissing = error instanceof ManifestError && error.code === "ManifestNotFound";
    if (optional && isMissing) return { manifest: undefined, context: {} };
    throw error;
  }
}
