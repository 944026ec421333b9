import type { PolicyKind } from "@agent-roles/iam";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { MOTO_PROGRAM, type MotoReady } from "./moto-program.ts";
import { policyError } from "./policy-error.ts";

/** A running moto. */
export interface MotoServer {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly port: number;
  /** moto's version, such as `5.2.1`. */
  readonly version: string;
  readonly pid: number;
  /** Every request to moto must carry this token. */
  readonly gatewayToken: string;
  /** Resolves when the process has exited, with the last lines of its stderr. */
  readonly ended: Promise<string>;
  /** Ends the process and waits until it has exited. Safe to call twice. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Stops the start. */
  readonly signal?: AbortSignal | undefined;
  /** Time limit until the port is open. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Time to exit by itself before it is killed. Default: 2,000. */
  readonly stopTimeoutMs?: number;
}

type MotoProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** A cold start on a slow machine compiles hundreds of Python files. */
const READY_TIMEOUT_MS = 30_000;
/** moto exits at once when its stdin closes; a process that does not is killed. */
const STOP_TIMEOUT_MS = 2_000;

/**
 * Starts moto with this interpreter on a free loopback port and waits until the port is open.
 *
 * @throws an `Error` with the stderr of Python, when the interpreter is unusable or has no moto 5.2.
 */
export async function launchMoto(python: string, options: LaunchOptions): Promise<MotoServer> {
  options.signal?.throwIfAborted();
  const gatewayToken = randomBytes(32).toString("hex");
  const env = { ...motoEnv(options.env), AGENT_ROLES_GATEWAY_TOKEN: gatewayToken };
  const child = spawn(python, [MOTO_PROGRAM], { env, stdio: ["pipe", "pipe", "pipe"] });
  const stderr = lastLines(child.stderr);
  const ended = endOf(child, stderr);
  // moto exits when stdin closes. The pipe of a dead child can report EPIPE.
  child.stdin.on("error", () => undefined);
  const stop = () => stopProcess(child, ended, options.stopTimeoutMs ?? STOP_TIMEOUT_MS);
  try {
    const ready = await readyLine(child, ended, options);
    return {
      endpoint: `http://127.0.0.1:${ready.port}`,
      port: ready.port,
      version: ready.version,
      pid: child.pid ?? 0,
      gatewayToken,
      ended,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Removes the user's AWS and moto settings, loads the AWS managed policies, as in a real account, and sends no CORS headers. */
function motoEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("AWS_") && !name.startsWith("MOTO_"));
  return {
    ...Object.fromEntries(kept),
    MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
    MOTO_DISABLE_GLOBAL_CORS: "true",
    PYTHONUNBUFFERED: "1",
  };
}

/** A lookup that `python/parent.py` requests. */
interface PolicyQuestion {
  readonly id: number;
  readonly document: string;
  readonly kind: PolicyKind;
}

/** The first line is moto's; every later one asks whether AWS accepts a policy document. */
async function readyLine(child: MotoProcess, ended: Promise<string>, options: LaunchOptions): Promise<MotoReady> {
  const timeoutMs = options.timeoutMs ?? READY_TIMEOUT_MS;
  const signals = [AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])];
  const line = new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (first) => {
      resolve(first);
      lines.on("line", (question) => child.stdin.write(`${answerTo(question)}\n`));
    });
    void ended.then((why) => reject(new Error(why)));
    AbortSignal.any(signals).addEventListener("abort", () => {
      reject(options.signal?.aborted ? options.signal.reason : new Error(`not ready within ${timeoutMs} ms`));
    });
  });
  const ready: MotoReady = JSON.parse(await line);
  return ready;
}

function answerTo(line: string): string {
  const { id, document, kind }: PolicyQuestion = JSON.parse(line);
  return JSON.stringify({ id, message: policyError(document, kind) ?? null });
}

function endOf(child: MotoProcess, stderr: () => string): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(stderr() || `ended with ${signal ?? `exit code ${code}`}`));
  });
}

/** Keeps the last lines of a stream: a traceback ends with the cause. */
function lastLines(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-16_384);
  });
  return () => text.trim().split("\n").slice(-6).join("\n");
}

async function stopProcess(child: MotoProcess, ended: Promise<string>, timeoutMs: number): Promise<void> {
  child.stdin.end();
  const kill = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  try {
    await ended;
  } finally {
    clearTimeout(kill);
  }
}
