import { execPath } from "node:process";
import { fileURLToPath } from "node:url";

/**
 * What starts this program from any folder, whatever is on the `PATH`. Without the two dashes Node takes `--env-file` for itself.
 */
export const OWN_COMMAND: readonly string[] = [
  execPath,
  "--",
  fileURLToPath(new URL("../bin/agent-roles.js", import.meta.url)),
];
