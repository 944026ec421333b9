import type { Env } from "./env.ts";

/**
 * An environment with others laid over it, the last one on top. Roles come from one place: a layer that declares any `AWS_ROLE_N`
 * replaces all of those below it, so that numbers never mix.
 */
export function mergeRoleEnv(...layers: readonly Env[]): Env {
  let merged: Env = {};
  for (const layer of layers) {
    const kept = Object.keys(layer).some(isRole)
      ? Object.fromEntries(Object.entries(merged).filter(([name]) => !isRole(name)))
      : merged;
    merged = { ...kept, ...layer };
  }
  return merged;
}

/** `AWS_ROLE_N` or one of its options. */
export function isRole(name: string): boolean {
  return /^AWS_ROLE_\d/.test(name);
}
