import { parseArgs } from "node:util";
import { ACCESS_LEVELS, type AccessLevel } from "@agent-roles/runtime/role-env";

/** What the command line asks for. */
export interface ExecOptions {
  readonly profiles: readonly string[];
  readonly envFile?: string;
  readonly access?: AccessLevel;
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
}

/**
 * Parses `--profile P … [--access LEVEL] [--env-file F] -- cmd …` without the command-line library, which takes longer to load than the rest of `exec`.
 *
 * @param args - the arguments after `exec`.
 * @returns `undefined` for anything else; the full parser prints the help or the mistake.
 */
export function execOptions(args: readonly string[]): ExecOptions | undefined {
  const dashes = args.indexOf("--");
  const [program, ...words] = dashes === -1 ? [] : args.slice(dashes + 1);
  if (!program) return undefined;
  try {
    const { values } = parseArgs({
      args: args.slice(0, dashes),
      options: {
        profile: { type: "string", multiple: true },
        "env-file": { type: "string" },
        access: { type: "string" },
      },
    });
    const { profile: profiles = [], "env-file": envFile } = values;
    const access = ACCESS_LEVELS.find((level) => level === values.access);
    if (values.access !== access) return undefined;
    return {
      profiles,
      ...(envFile !== undefined && { envFile }),
      ...(access !== undefined && { access }),
      command: [program, ...words],
    };
  } catch {
    return undefined;
  }
}
