/**
 * What the `agent-roles` command needs of the cache. Internal: it can change with any version.
 *
 * @internal
 */
export { readCacheFile } from "./cache-file.ts";
export { exposure } from "../files/owner.ts";
export { cacheDirectory } from "./cache-directory.ts";
export { privateDirectory, type PrivateDirectory, sweepPrivateDirectories } from "./private-directory.ts";
export { pruneCache } from "./prune-cache.ts";
export { readerAnswer, sessionForReader } from "./reader.ts";
export { localCaller } from "./local-caller.ts";
export { entryKey, sessionCache } from "./session-cache.ts";
export { maskKeyId, protocolFields } from "../session/credentials.ts";
export { refreshAt } from "../session/refresh-schedule.ts";
