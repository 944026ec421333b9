import { readFile } from "node:fs/promises";
import { formatDiagnostic, noRoles, parseRoleEnv, type TargetRole } from "@agent-roles/runtime/role-env";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { readEnv, withEnvFile } from "../read-env.ts";
import { table } from "../table.ts";
import { UsageError } from "../usage-error.ts";
import type { AttributedEvent } from "../who/attribute-events.ts";

interface WhoOptions {
  readonly json?: true;
  readonly envFile?: string;
  readonly manifest?: string;
}

/** `agent-roles who`: the person, task and profile of each event of CloudTrail. Makes no AWS call. */
export function whoCommand(context: CliContext, exitWith: (code: ExitCode) => void): Command {
  return withEnvFile(new Command("who"))
    .description("print the person, task and profile of CloudTrail events; needs no AWS access")
    .argument("<file...>", "event as JSON, an array, a log file of a trail, or one event per line; - is stdin")
    .option("--manifest <file>", "manifest with the profiles (default: agent-roles.yaml, if no AWS_ROLE_N is set)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `
The profiles come from AWS_ROLE_N or, if none is set, from the manifest. AssumeRole events in the input
add the caller and the session tags to the later events of their sessions.

Exit codes: 0 every event is attributed · 1 an event is not · 2 wrong usage or input

Examples:
  agent-roles who event.json
  aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=MyFirstRole | agent-roles who -`,
    )
    .action(async (files: readonly string[], options: WhoOptions) => {
      const roles = await declaredRoles(options, context);
      const { readEvents } = await import("../who/read-events.ts");
      const { attributeEvents } = await import("../who/attribute-events.ts");
      const events = await Promise.all(files.map(async (file) => readEvents(await read(file, context), file)));
      const found = attributeEvents(events.flat(), roles);
      context.out(options.json ? JSON.stringify(found, null, 2) : describe(found));
      const unresolved = found.filter((each) => each.unresolved !== undefined);
      if (unresolved.length === 0) return;
      if (!options.json) context.err(`error: ${unresolved.length} of ${found.length} events are not attributed`);
      exitWith(1);
    });
}

async function declaredRoles({ manifest, envFile }: WhoOptions, context: CliContext): Promise<readonly TargetRole[]> {
  const { loadManifest, loadTrustContext, targetRoles } = await import("@agent-roles/manifest");
  if (manifest !== undefined) return targetRoles(await loadManifest(manifest));
  const env = await readEnv(context, envFile);
  const { roles, warnings } = parseRoleEnv(env);
  for (const warning of warnings) context.err(`warning: ${formatDiagnostic(warning)}`);
  if (roles.length > 0) return roles;
  const { manifest: found } = await loadTrustContext("agent-roles.yaml", { optional: true });
  if (found) return targetRoles(found);
  const { message, fix } = noRoles(env);
  context.err(`warning: no profile is known: ${message}, and there is no agent-roles.yaml\n  fix: ${fix}`);
  return [];
}

async function read(file: string, { stdin }: CliContext): Promise<string> {
  if (file === "-") return stdin();
  return readFile(file, "utf8").catch((error: unknown) => {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

function describe(events: readonly AttributedEvent[]): string {
  const rows = events.map(({ eventTime, event, profile, task, person, caller, unresolved }) => [
    ...[eventTime, event, profile, task, person, caller].map((cell) => cell ?? "-"),
    unresolved ?? "",
  ]);
  return table(["TIME", "EVENT", "PROFILE", "TASK", "PERSON", "CALLER", ""], rows);
}
