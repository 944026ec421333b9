import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

type Env = Readonly<Record<string, string>>;

/** Scripts that a bench runs in a process of their own; they write one figure to standard output. */
export const CHILDREN: string = join(import.meta.dirname, "../children");

/** Runs Node to its end. @returns standard output. @throws when it fails. */
export async function runNode(args: readonly string[], env: Env = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...cleanEnv(), ...env } });
  return stdout;
}

/** Runs Node to its end. @returns the figure that it wrote. @throws when it fails or writes something else. */
export async function figureOf(args: readonly string[], env: Env = {}): Promise<number> {
  const output = await runNode(args, env);
  const figure = Number.parseFloat(output);
  if (Number.isFinite(figure)) return figure;
  throw new Error(`node ${args.join(" ")} wrote no figure but "${output}"`);
}

/** Nothing of AWS, agent-roles or the CDK: what a child measures does not depend on who runs it. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|AGENT_ROLES|CDK)_/.test(name));
  return { ...Object.fromEntries(kept), AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
}
