import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { oneOf, withManifest } from "../options.ts";

/** `agent-roles env`: the `AWS_ROLE_N` values of the manifest, without AWS. */
export function envCommand(context: CliContext): Command {
  return withManifest(new Command("env"))
    .description("print the AWS_ROLE_N values of the manifest; needs no AWS access")
    .option("--format <format>", "output format: dotenv, shell, json, kubernetes, mcp-proxy", "dotenv")
    .action(async (options: { manifest: string; format: string }) => {
      const { envFormats, formatEnv, loadManifest, manifestEnv } = await import("@agent-roles/manifest");
      const format = oneOf("--format", options.format, envFormats);
      const manifest = await loadManifest(options.manifest);
      const { roles } = manifest;
      if (format === "mcp-proxy" && roles.length > 1 && !roles.some((role) => role.default)) {
        context.err(
          `warning: mcp-proxy-for-aws uses ${roles[0]?.profile} for every call without aws_profile\n  fix: Set default: true on the role that it should use, or start one proxy per profile.`,
        );
      }
      context.out(formatEnv(manifestEnv(manifest), format).trimEnd());
    });
}
