import { execa } from "execa";
import { CDK, REPOSITORY } from "./repository.ts";

export interface CdkOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly manifestFile: string;
  readonly cdkOut: string;
  /** Stands before the stacks' names; empty for none. */
  readonly stackPrefix: string;
}

/**
 * Runs the CDK's own command line on the app of this repository's `cdk.json`.
 *
 * @throws an error with the command's output when it fails.
 */
export async function cdk(args: readonly string[], options: CdkOptions): Promise<void> {
  const { env, manifestFile, cdkOut, stackPrefix } = options;
  const context = [`manifest=${manifestFile}`, ...(stackPrefix ? [`stackPrefix=${stackPrefix}`] : [])];
  const flags = ["--output", cdkOut, "--ci", ...context.flatMap((each) => ["-c", each])];
  await execa(process.execPath, [CDK, ...args, ...flags], { cwd: REPOSITORY, env, extendEnv: false, all: true });
}
