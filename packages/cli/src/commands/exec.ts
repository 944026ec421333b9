import { isTaskLength } from "@agent-roles/runtime/role-env";
import { Command } from "commander";
import type { CliContext, ExitCode } from "../cli-context.ts";
import { named, parsed, repeatable } from "../options.ts";
import { parseSeconds } from "../duration.ts";
import { withAccess, withEnvFile } from "../read-env.ts";
import { UsageError } from "../usage-error.ts";

/** `agent-roles exec`, for help and wrong usage. A command starts in `exec-main.ts`. */
export function execCommand(_context: CliContext, _exitWith: (code: ExitCode) => void): Command {
  return withAccess(withEnvFile(new Command("exec")))
    .usage(
      "--profile <profile> [--profile <profile> …] [--access <level>] [--task <id> …] [--env-file <file>] -- <command> [arguments…]",
    )
    .description(
      "run one command that sees the named profiles only; keeps them fresh until it ends, and exits with its exit code",
    )
    .addOption(repeatable("--profile <profile>", "profile of an AWS_ROLE_N (repeatable)"))
    .addOption(named("--task <id>", "run a task: its ID is the role session name of every session"))
    .addOption(named("--on-behalf-of <person>", "the task's person: the source identity of every session"))
    .addOption(
      parsed(
        "--ttl <duration>",
        "end the task after this time, such as 15m",
        (text) => (isTaskLength(parseSeconds(text) ?? 0) ? text : undefined),
        "use 60s to 12h, such as 15m",
      ),
    )
    .argument("[words...]", "the command and its arguments, after two dashes")
    .addHelpText(
      "after",
      `
Variables that lead to other credentials are removed. AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name private files that
are removed when the command ends. With one profile, AWS_PROFILE and, if the profile has one, AWS_REGION are set.

With --task, the task ID and the person are also session tags (agent-roles:task, agent-roles:on-behalf-of) and the variables AGENT_ROLES_TASK and
AGENT_ROLES_ON_BEHALF_OF of the command. When the task ends, its credentials are removed; the command continues without them.

Exit codes: those of the command, 128 and its number for a signal · 126 the command cannot be executed · 127 it is not found ·
1 a role failed · 2 wrong usage or configuration

Example:
  agent-roles exec --profile MyFirstAccount -- aws s3 ls
  agent-roles exec --task INC-42 --on-behalf-of alice@example.com --access read --ttl 15m --profile MyFirstAccount -- ./investigate.sh`,
    )
    .action((words: readonly string[]) => {
      const problem = words[0] ? `two dashes are missing before "${words[0]}"` : "no command is given";
      throw new UsageError(
        `${problem}\n  fix: Put the command after two dashes: agent-roles exec --profile <profile> -- aws s3 ls`,
      );
    });
}
