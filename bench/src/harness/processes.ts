import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import type { Measurement } from "../bench.ts";
import { alternate, elapsedMs, type Sample } from "./measure.ts";
import { type FakeStsOptions, manyRoles } from "./sts.ts";
import { type StsStub, withStsStub } from "./sts-stub.ts";

type Env = Readonly<Record<string, string>>;

/** Arguments of Node that run the `agent-roles` command. */
export const AGENT_ROLES: readonly string[] = [
  "--",
  join(dirname(fileURLToPath(import.meta.resolve("agent-roles/package.json"))), "bin/agent-roles.js"),
];

/** The app that `cdk` runs. */
export const INFRA: string = join(dirname(fileURLToPath(import.meta.resolve("@agent-roles/infra"))), "main.js");

/** The root of the workspace, from `bench/src/harness` and from `bench/dist/harness` alike. */
export const WORKSPACE: string = resolve(import.meta.dirname, "../../..");

/** A script that a bench runs in a process of its own. */
export function child(name: string): string {
  return join(import.meta.dirname, `../children/${name}.js`);
}

/** Runs Node to its end. @returns standard output. @throws when it fails. */
export async function runNode(args: readonly string[], env: Env = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...cleanEnv(), ...env } });
  return stdout;
}

/** Runs Node to its end. @returns standard output, also when it exits with 1. */
export async function runNodeToExit(args: readonly string[], env: Env = {}): Promise<string> {
  return new Promise((done, reject) => {
    const options = { env: { ...cleanEnv(), ...env }, maxBuffer: 2 ** 26 };
    execFile(process.execPath, args, options, (error, stdout) => {
      if (error === null || error.code === 1) done(stdout);
      else reject(error);
    });
  });
}

/** Runs Node to its end. @returns the figure that it prints. @throws when it fails or prints something else. */
export async function figureOf(args: readonly string[], env: Env = {}): Promise<number> {
  const output = await runNode(args, env);
  const figure = Number.parseFloat(output);
  if (Number.isFinite(figure)) return figure;
  throw new Error(`node ${args.join(" ")} printed "${output}" instead of a figure`);
}

/** Milliseconds from start to end of Node with these arguments. */
export function nodeMs(args: readonly string[], env: Env = {}): Sample {
  return () => elapsedMs(() => runNode(args, env));
}

/** Milliseconds from start to end of a script, against those of a Node that does nothing. */
export async function againstBareNode(
  args: readonly string[],
  { env = {}, repetitions }: { readonly env?: Env; readonly repetitions: number },
): Promise<Measurement> {
  return alternate({ subject: nodeMs(args, env), baseline: nodeMs(["-e", "0"], env), repetitions, unit: "ms" });
}

/** Starts Node; its standard output can be read. */
export function startNode(args: readonly string[], env: Env): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, args, { env: { ...cleanEnv(), ...env }, stdio: ["ignore", "pipe", "inherit"] });
}

/** An environment without variables of AWS, agent-roles and the CDK: a figure does not depend on the user's settings. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|AGENT_ROLES|CDK)_/.test(name));
  return { ...Object.fromEntries(kept), AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
}

/** Runs `work` with a directory of its own, which is removed afterwards. */
export async function inTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-bench-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The variables that move the home directory, and with it the shared files and the cache. */
export function homeAt(directory: string): { readonly HOME: string; readonly USERPROFILE: string } {
  return { HOME: directory, USERPROFILE: directory };
}

/** Runs `work` beside an STS on loopback, with the variables of so many roles and a home directory of its own. */
export function withRoles<T>(
  roles: number,
  sts: FakeStsOptions,
  work: (
    place: { readonly env: Record<string, string>; readonly directory: string } & Pick<StsStub, "calls">,
  ) => Promise<T>,
): Promise<T> {
  return inTemporaryDirectory((directory) =>
    withStsStub(sts, ({ env, calls }) =>
      work({ env: { ...env, ...manyRoles(roles), ...homeAt(directory) }, directory, calls }),
    ),
  );
}
