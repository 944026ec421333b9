/**
 * What the `agent-roles` command needs of the stores without the SDK. Internal: it can change with any version.
 *
 * @internal
 */
export { forgetSessions } from "./forget-sessions.ts";
export { type FileOptions, fileName, writePrivateFiles } from "./profile-files.ts";
export { GROUP_FILE_MODE, shareDirectory, shareProfiles } from "./share-profiles.ts";
export { managedProfiles, staleProfiles } from "./profile-keepers.ts";
export { profileStore } from "./profile-store.ts";
export { storedProfiles } from "../profile-status.ts";
