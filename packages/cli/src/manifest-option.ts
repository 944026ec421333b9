import type { Command } from "commander";

/** `--manifest FILE`, wherever the manifest is read. */
export function withManifest(command: Command): Command {
  return command.option("--manifest <file>", "the manifest to read", "agent-roles.yaml");
}
