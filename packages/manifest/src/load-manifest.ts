import type { Manifest } from "./manifest.ts";
import { parseManifest, type ParseOptions } from "./parse-manifest.ts";
import { readManifestText } from "./read-source.ts";

/**
 * Reads and validates a manifest.
 *
 * @param file path of an `agent-roles.yaml`; problems name it as given here.
 * @throws {ManifestError} `ManifestNotFound`, `ManifestUnreadable`, or what {@link parseManifest} throws.
 */
export async function loadManifest(file: string, options: ParseOptions = {}): Promise<Manifest> {
  return parseManifest(await readManifestText(file), file, options);
}
