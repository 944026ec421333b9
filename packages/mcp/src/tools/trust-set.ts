import { realpath } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { loadTrustContext } from "@agent-roles/manifest";
import { loadTrustRoles } from "@agent-roles/templates";
import type { TrustContext, TrustRole } from "@agent-roles/trust";
import { McpError } from "../mcp-error.ts";

type TrustManifest = Awaited<ReturnType<typeof loadTrustContext>>["manifest"];

/** The roles of one path, and what the manifest of the working directory says about them. */
export interface McpTrustSet {
  readonly roles: readonly TrustRole[];
  readonly context: TrustContext;
  readonly manifest: TrustManifest;
  /** Files that were not read. */
  readonly unread: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Reads templates, plans and policies below the working directory, with `agent-roles.yaml` where it exists.
 *
 * @throws {McpError} `PathRefused`; {TrustInputError} or {ManifestError} for what cannot be read.
 */
export async function readTrustSet(
  path: string,
  { cwd, now }: { readonly cwd: string; readonly now: number },
): Promise<McpTrustSet> {
  const loaded = await loadTrustRoles([await below(cwd, path)], { cwd });
  const { manifest, context } = await loadTrustContext(join(cwd, "agent-roles.yaml"), { optional: true });
  return {
    roles: loaded.roles,
    manifest,
    context: { ...context, oidcClientIds: loaded.oidcClientIds, now },
    unread: loaded.unread.map(({ file = "", message, fix }) => ({ file, reason: `${message}; ${fix}` })),
  };
}

/** The path relative to the directory. A path that does not exist is left for the reader to report. */
async function below(directory: string, path: string): Promise<string> {
  const root = await realpath(directory);
  const asked = resolve(root, path);
  const real = await realpath(asked).catch(() => asked);
  const isBelow = (each: string): boolean =>
    each === root || `${each}${sep}`.startsWith(root.endsWith(sep) ? root : root + sep);
  if (isBelow(asked) && isBelow(real)) return relative(root, asked) || ".";
  throw new McpError(
    "PathRefused",
    `${path} is outside of the working directory of the server`,
    `Give a path below ${root}.`,
  );
}
