import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { readRoleEnv, withEnvFile } from "../read-env.ts";
import { UsageError } from "../usage-error.ts";
import { verifyJson, verifyJunit, verifyText } from "../verify/verify-report.ts";
import { type DeclaredRoles, verifyRoles } from "../verify/verify-roles.ts";

interface VerifyOptions {
  readonly envFile?: string;
  readonly json?: true;
  /** `true` without a file. */
  readonly junit?: string | true;
}

/** `agent-roles verify`: assumes every role without the cache, and prints the statements that repair each failure. */
export function verifyCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("verify"))
    .description(
      "assume every role, without the cache, and print the fix of each failure; exit code 1 if a role failed",
    )
    .option("--json", "print JSON")
    .option("--junit [file]", "write JUnit XML to this file, or print it")
    .action(async ({ envFile, json, junit }: VerifyOptions) => {
      if (json && junit === true) {
        throw new UsageError("--json and --junit both print\n  fix: Name a file: --junit verify.xml");
      }
      const { env, roleEnv } = await readRoleEnv(context, envFile);
      const { progress } = context;
      const results = await verifyRoles({ env, roleEnv, declared: declaredRoles }, context, (done, total) =>
        progress?.(done < total ? `${done} of ${total} roles` : ""),
      );
      if (typeof junit === "string") await write(junit, `${verifyJunit(results)}\n`);
      if (junit === true) context.out(verifyJunit(results));
      else context.out(json ? verifyJson(results) : verifyText(results, context.color));
      const failed = results.filter(({ failure }) => failure);
      if (failed.length === 0) return;
      const names = failed.map(({ status }) => status.profile).join(", ");
      context.err(`${failed.length} of ${results.length} profiles failed: ${names}`);
      exitWith(1);
    });
}

/** Of the manifest in this directory. One that cannot be read says nothing: `check` reports what is wrong with it. */
async function declaredRoles(): Promise<DeclaredRoles> {
  const { loadTrustContext } = await import("@agent-roles/manifest");
  const { context } = await loadTrustContext("agent-roles.yaml", { optional: true }).catch(() => ({
    context: undefined,
  }));
  return context ?? {};
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw new UsageError(
      `--junit: ${error instanceof Error ? error.message : String(error)}\n  fix: Use a file in a directory that exists.`,
    );
  });
}
