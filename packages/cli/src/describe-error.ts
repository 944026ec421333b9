import { AgentRolesError } from "@agent-roles/runtime/role-env";
import type { ExitCode } from "./cli-context.ts";
import { exitCodeOf } from "./exit-code-of.ts";
import { UsageError } from "./usage-error.ts";

/** The text and the exit code of a failure. Never a stack trace. */
export function describeError(error: unknown): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof UsageError) return { text: `error: ${error.message}`, code: 2 };
  // By name, because most commands do not load the packages of these errors, and @agent-roles/infra is published with copies of them.
  if (error instanceof Error && ["ManifestError", "TrustInputError"].includes(error.name)) {
    return { text: error.message, code: 2 };
  }
  if (error instanceof AgentRolesError) {
    const fix = error.problems.length > 0 ? "" : `\n  fix: ${error.fix}`;
    return { text: `error: ${error.message}${fix}`, code: exitCodeOf(error) };
  }
  if (error instanceof Error && error.name === "InfraError")
    return { text: `error: ${error.message}`, code: infraExitCode(error) };
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Error && "fix" in error)) return { text: `error: ${message}`, code: 1 };
  const fix = String(error.fix);
  return { text: `error: ${message.replace(`\n${fix}`, "")}\n  fix: ${fix}`, code: 1 };
}

/** 1 for what AWS refused, 2 for errors in the configuration. */
function infraExitCode(error: object): ExitCode {
  return "code" in error && (error.code === "SessionUnusable" || error.code === "RecordUnreadable") ? 1 : 2;
}
