import type { Command } from "commander";

/** Adds `--manifest FILE`. */
export function withManifest(command: Command): Command {
  return command.option("--manifest <file>", "manifest to read", "agent-roles.yaml");
}
