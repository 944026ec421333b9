import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface ExecOptions {
  readonly profiles: readonly string[];
  readonly envFile?: string;
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
}

/**
 * Parses `--profile P … [--env-file F] -- cmd …` without the command-line library, which takes longer to load than the rest of `exec`.
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
      options: { profile: { type: "string", multiple: true }, "env-file": { type: "string" } },
    });
    const { profile: profiles = [], "env-file": envFile } = values;
    return { profiles, ...(envFile !== undefined && { envFile }), command: [program, ...words] };
  } catch {
    return undefined;
  }
}
