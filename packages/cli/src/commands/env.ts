import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { UsageError } from "../usage-error.ts";
import { withManifest } from "../manifest-option.ts";

/** `agent-roles env`: the `AWS_ROLE_N` values of the manifest, without AWS. */
export function envCommand(context: CliContext): Command {
  return withManifest(new Command("env"))
    .description("print the AWS_ROLE_N values of the manifest; needs no AWS access")
    .option("--format <format>", "output format: dotenv, shell, json, kubernetes", "dotenv")
    .action(async (options: { manifest: string; format: string }) => {
      const { envFormats, formatEnv, loadManifest, manifestEnv } = await import("@agent-roles/manifest");
      const format = envFormats.find((known) => known === options.format);
      if (!format) throw new UsageError(`--format "${options.format}" is not one of ${envFormats.join(", ")}`);
      context.out(formatEnv(manifestEnv(await loadManifest(options.manifest)), format).trimEnd());
    });
}
