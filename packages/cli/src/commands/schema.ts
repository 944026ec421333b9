import { manifestJsonSchema } from "@agent-roles/manifest";
import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";

/** `agent-roles schema`: the JSON Schema of the manifest, for editors. */
export function schemaCommand(context: CliContext): Command {
  return new Command("schema")
    .description("print the JSON Schema of agent-roles.yaml; init writes it to agent-roles.schema.json")
    .action(() => context.out(schemaText().trimEnd()));
}

export function schemaText(): string {
  return `${JSON.stringify(manifestJsonSchema(), undefined, 2)}\n`;
}
