import { Command, CommanderError } from "commander";
import type { CliContext, ExitCode } from "./cli-context.ts";
import { checkCommand } from "./commands/check.ts";
import { credentialProcessCommand } from "./commands/credential-process.ts";
import { envCommand } from "./commands/env.ts";
import { explainCommand } from "./commands/explain.ts";
import { graphCommand } from "./commands/graph.ts";
import { listCommand } from "./commands/list.ts";
import { runCommand } from "./commands/run.ts";
import { sandboxCommand } from "./commands/sandbox.ts";
import { whoamiCommand } from "./commands/whoami.ts";
import { describeError } from "./describe-error.ts";
import { visibleLines } from "./visible.ts";

const ENVIRONMENT = `
Environment:
  AWS_ROLE_1, AWS_ROLE_2, …   <role ARN>:<profile>, one for each role of the agent
  AWS_ROLE_N_EXTERNAL_ID, AWS_ROLE_N_REGION, …   options of a role
  AWS_MASTER_ROLE_ARN         assume this role first, when the ambient credentials are not yet the master's

Exit codes: 0 fine · 1 some role or check failed · 2 wrong usage or configuration

Examples:
  agent-roles env > agent-roles.env        the AWS_ROLE_N values of agent-roles.yaml
  agent-roles run --env-file agent-roles.env
  aws s3 ls --profile MyFirstAccount
  agent-roles check                        who can become whom in cdk.out, and what is wrong with it`;

const COMMANDS = [
  listCommand,
  runCommand,
  credentialProcessCommand,
  whoamiCommand,
  envCommand,
  checkCommand,
  explainCommand,
  graphCommand,
  sandboxCommand,
];

/** Runs one command line. @returns the exit code; never throws and never exits. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const exitWith = (code: ExitCode): void => {
    exitCode = code;
  };
  const program = new Command("agent-roles")
    .description("Many AWS roles for one agent: assumed, rotated, and there as profiles.")
    .addHelpText("after", ENVIRONMENT)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    })
    .showHelpAfterError("(agent-roles --help tells what there is)");
  for (const command of COMMANDS) {
    program.addCommand(command(context, exitWith).copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    // Help and version arrive as errors of code 0; a wrong flag as code 1, which is taken by failing roles.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { text, code } = describeError(error);
    context.err(visibleLines(text));
    return code;
  }
}
