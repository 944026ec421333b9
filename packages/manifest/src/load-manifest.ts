import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";
import { readManifestText } from "./read-source.ts";

/**
 * Reads and checks a manifest.
 *
 * @param file path of an `agent-roles.yaml`; problems name it as it is given here.
 * @throws {ManifestError} `ManifestNotFound`, `ManifestUnreadable`, or whatever {@link parseManifest} throws.
 */
export async function loadManifest(file: string): Promise<Manifest> {
  return parseManifest(await readManifestText(file), file);
}
