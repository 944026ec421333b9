import { execPath } from "node:process";
import { fileURLToPath } from "node:url";

/** Starts this program from any directory and with any `PATH`. The two dashes keep Node from parsing `--env-file` itself. */
export const OWN_COMMAND: readonly string[] = [
  execPath,
  "--",
  fileURLToPath(new URL("../bin/agent-roles.js", import.meta.url)),
];
