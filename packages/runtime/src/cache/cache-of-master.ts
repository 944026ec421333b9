import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { SessionCache } from "./session-cache.ts";
import type { SessionOrigin } from "./session-key.ts";

/**
 * The same cache for a master whom the environment does not tell: sessions are shared with whoever has the same access key, and
 * with nobody while the provider gives none.
 */
export function cacheOfMaster(cache: SessionCache, master: AwsCredentialIdentityProvider): SessionCache {
  async function known(origin: SessionOrigin): Promise<SessionOrigin | undefined> {
    try {
      const { accessKeyId } = await master();
      return { ...origin, env: { ...origin.env, AWS_ACCESS_KEY_ID: accessKeyId } };
    } catch {
      return undefined;
    }
  }
  return {
    assumeRole: (assume, origin) => async (request, accept) => {
      const own = await known(origin);
      return own ? cache.assumeRole(assume, own)(request, accept) : assume(request, accept);
    },
    read: async (role, origin) => {
      const own = await known(origin);
      return own ? cache.read(role, own) : {};
    },
  };
}
