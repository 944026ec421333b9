import { Command, CommanderError } from "commander";
import type { CliContext, ExitCode } from "./cli-context.ts";
import { safeOutput } from "@agent-roles/runtime/role-env";
import { ownVersion } from "./own-version.ts";

const ENVIRONMENT = `
Environment:
  AWS_ROLE_1, AWS_ROLE_2, …   <role ARN>:<profile>, one variable for each target role
  AWS_ROLE_N_EXTERNAL_ID, AWS_ROLE_N_REGION, …   options of a target role
  AWS_MASTER_ROLE_ARN         assume this role first, if the ambient credentials are not the master role's

Exit codes: 0 success · 1 a role or check failed · 2 wrong usage or configuration

Examples:
  agent-roles env > agent-roles.env        write the AWS_ROLE_N values of agent-roles.yaml
  agent-roles run --env-file agent-roles.env
  aws s3 ls --profile MyFirstAccount
  agent-roles check                        check the trust policies in cdk.out`;

type MakeCommand = (context: CliContext, exitWith: (code: ExitCode) => void) => Command;

/** Loaded when it is the command that runs; all of them for the general help. */
export const COMMANDS: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  init: async () => (await import("./commands/init.ts")).initCommand,
  schema: async () => (await import("./commands/schema.ts")).schemaCommand,
  list: async () => (await import("./commands/list.ts")).listCommand,
  run: async () => (await import("./commands/run.ts")).runCommand,
  configure: async () => (await import("./commands/configure.ts")).configureCommand,
  "credential-process": async () => (await import("./commands/credential-process.ts")).credentialProcessCommand,
  exec: async () => (await import("./commands/exec.ts")).execCommand,
  whoami: async () => (await import("./commands/whoami.ts")).whoamiCommand,
  who: async () => (await import("./commands/who.ts")).whoCommand,
  verify: async () => (await import("./commands/verify.ts")).verifyCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  deploy: async () => (await import("./commands/fleet.ts")).deployCommand,
  diff: async () => (await import("./commands/fleet.ts")).diffCommand,
  destroy: async () => (await import("./commands/fleet.ts")).destroyCommand,
  template: async () => (await import("./commands/template.ts")).templateCommand,
  revoke: async () => (await import("./commands/revoke.ts")).revokeCommand,
  env: async () => (await import("./commands/env.ts")).envCommand,
  check: async () => (await import("./commands/check.ts")).checkCommand,
  explain: async () => (await import("./commands/explain.ts")).explainCommand,
  graph: async () => (await import("./commands/graph.ts")).graphCommand,
  mcp: async () => (await import("./commands/mcp.ts")).mcpCommand,
  sandbox: async () => (await import("./commands/sandbox.ts")).sandboxCommand,
};

/** Runs one command line. @returns the exit code; never throws and never exits. */
export async function runCli(argv: readonly string[], process: CliContext): Promise<ExitCode> {
  const context = withSafeOutput(process);
  let exitCode: ExitCode = 0;
  const exitWith = (code: ExitCode): void => {
    exitCode = code;
  };
  const program = new Command("agent-roles")
    .description("Assume many AWS roles for one agent and keep their credentials fresh as AWS profiles.")
    .version(ownVersion())
    .addHelpText("after", ENVIRONMENT)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    })
    .showHelpAfterError("See agent-roles --help.");
  // Commander would print the general help for an unknown command with --help.
  const asked = argv[0] === "help" && argv.length > 1 ? [...argv.slice(1), "--help"] : argv;
  const [name = ""] = asked;
  const isKnown = Object.hasOwn(COMMANDS, name);
  const isUnknown = name !== "" && !name.startsWith("-") && !isKnown;
  for (const [each, load] of Object.entries(COMMANDS)) {
    if (isKnown && each !== name) continue;
    program.addCommand((await load())(context, exitWith).copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(isUnknown ? [name] : asked, { from: "user" });
    return exitCode;
  } catch (error) {
    // Help and version arrive as errors with code 0, wrong usage as code 1, which means a failing role here.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { describeError } = await import("./describe-error.ts");
    const { text, code } = describeError(error);
    context.err(text);
    return code;
  }
}

/** The context with the one writer of all commands. `signal` stays a getter, because its first use handles the signals. */
function withSafeOutput(context: CliContext): CliContext {
  const { env, exportEnv, clock, stdin, onReload, color, progress, ask } = context;
  return {
    env,
    exportEnv,
    clock,
    stdin,
    onReload,
    color,
    ...(progress && { progress: (text: string) => progress(safeOutput(text)) }),
    ...(ask && { ask: (question: string) => ask(safeOutput(question)) }),
    out: (text, options) => context.out(safeOutput(text, options)),
    err: (text) => context.err(safeOutput(text)),
    get signal() {
      return context.signal;
    },
  };
}
