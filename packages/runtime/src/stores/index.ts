/**
 * What the `agent-roles` command needs of the stores without the SDK. Internal: it can change with any version.
 *
 * @internal
 */
export { fileName, writePrivateFiles } from "./profile-files.ts";
export { profileStore } from "./profile-store.ts";
