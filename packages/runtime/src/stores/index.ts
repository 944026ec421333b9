/**
 * What the `agent-roles` command needs of the stores without the SDK. Internal: it can change with any version.
 *
 * @internal
 */
export { forgetSessions } from "./forget-sessions.ts";
export { fileName, type FileOptions, writePrivateFiles } from "./profile-files.ts";
export { GROUP_FILE_MODE, shareDirectory, shareProfiles } from "./share-profiles.ts";
export { exposedFiles } from "../aws-files/exposed-files.ts";
export { unparsableFiles } from "../aws-files/unparsable-files.ts";
export { managedProfiles, staleProfiles } from "./profile-keepers.ts";
export { profileProblem } from "./profile-problem.ts";
export { profileStore } from "./profile-store.ts";
export { readSharedProfiles } from "./read-shared-profiles.ts";
export { sweepTaskProfiles } from "./sweep-task-profiles.ts";
export { storedProfiles } from "../profile-status.ts";
