import { AgentRolesError } from "@agent-roles/runtime/role-env";
import { Command } from "commander";
import pc from "picocolors";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { readEnv, withEnvFile } from "../read-env.ts";

/** `agent-roles doctor`: problems on this machine that stop a profile from working. Makes one STS call, as the master. */
export function doctorCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("doctor"))
    .description("find problems on this machine that stop a profile from working; exit code 1 if there is one")
    .option("--json", "print JSON")
    .action(async ({ envFile, json }: { envFile?: string; json?: true }) => {
      const { examine } = await import("@agent-roles/runtime/doctor");
      const { env, failed } = await readableEnv(context, envFile);
      const results = [
        ...failed,
        ...(await examine({ env, given: { ...env, ...profileOf(context.env) }, clock: context.clock })),
      ];
      const broken = results.filter(({ ok }) => !ok);
      if (json) context.out(JSON.stringify(results, null, 2));
      else {
        const paint = pc.createColors(context.color);
        for (const { id, ok, severity, message, fix } of results) {
          const color = ok ? paint.green : severity === "error" ? paint.red : paint.yellow;
          context.out(
            color(`${(ok ? "ok" : severity).padEnd(7)}  ${id.padEnd(23)}  ${message}`) + (ok ? "" : `\n  fix: ${fix}`),
          );
        }
      }
      if (broken.length > 0) exitWith(1);
    });
}

/** The profile that programs get is not the master's where the commands ignore it. */
function profileOf({ AWS_PROFILE }: CliContext["env"]): CliContext["env"] {
  return AWS_PROFILE ? { AWS_PROFILE } : {};
}

/** The variables, without those of a secret that cannot be read: why is a result, not the end of the command. */
async function readableEnv(context: CliContext, envFile: string | undefined) {
  try {
    return { env: await readEnv(context, envFile), failed: [] };
  } catch (error) {
    const secret = context.env["AGENT_ROLES_SECRET_ID"];
    if (!(error instanceof AgentRolesError) || !secret) throw error;
    const { message, fix } = error;
    const env = await readEnv({ ...context, env: { ...context.env, AGENT_ROLES_SECRET_ID: undefined } }, envFile);
    return { env, failed: [{ id: "role-secret", ok: false, severity: "error", message, fix }] as const };
  }
}
