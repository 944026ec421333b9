import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import { MOTO_PROGRAM, type MotoReady } from "./moto-program.ts";

/** A running moto. */
export interface MotoServer {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly port: number;
  /** moto's version, such as `5.2.1`. */
  readonly version: string;
  readonly pid: number;
  /** What `iamDirectory` must say to be answered. */
  readonly directoryToken: string;
  /** Resolves when the process is gone, with the last lines it wrote to stderr. */
  readonly ended: Promise<string>;
  /** Ends the process and waits until it is gone; may be called twice. */
  stop(): Promise<void>;
}

export interface LaunchOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Ends the process while it starts. */
  readonly signal?: AbortSignal | undefined;
  /** How long it may take until its port is open. Default: 30,000. */
  readonly timeoutMs?: number;
  /** How long it may take to end by itself. Default: 2,000. */
  readonly stopTimeoutMs?: number;
}

type MotoProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** A cold start on a slow machine compiles some hundred Python files. */
const READY_TIMEOUT_MS = 30_000;
/** moto ends at once when its stdin closes; a process that does not is killed. */
const STOP_TIMEOUT_MS = 2_000;

/**
 * Starts moto with this interpreter on a free loopback port and waits until the port is open.
 *
 * @throws an `Error` whose message holds what Python wrote to stderr, when the interpreter is unusable or has no moto 5.2.
 */
export async function launchMoto(python: string, options: LaunchOptions): Promise<MotoServer> {
  options.signal?.throwIfAborted();
  const directoryToken = randomBytes(32).toString("hex");
  const env = { ...motoEnv(options.env), AGENT_ROLES_DIRECTORY_TOKEN: directoryToken };
  const child = spawn(python, [MOTO_PROGRAM], { env, stdio: ["pipe", "pipe", "pipe"] });
  const stderr = lastLines(child.stderr);
  const ended = endOf(child, stderr);
  // Writing is never needed: stdin is open so that its end tells moto to end. A dead child's pipe may report EPIPE.
  child.stdin.on("error", () => undefined);
  const stop = () => stopProcess(child, ended, options.stopTimeoutMs ?? STOP_TIMEOUT_MS);
  try {
    const ready = await readyLine(child, ended, options);
    return {
      endpoint: `http://127.0.0.1:${ready.port}`,
      port: ready.port,
      version: ready.version,
      pid: child.pid ?? 0,
      directoryToken,
      ended,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The user's own AWS and moto settings must not reach moto; the AWS-managed policies are wanted, as in a real account. */
function motoEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("AWS_") && !name.startsWith("MOTO_"));
  return { ...Object.fromEntries(kept), MOTO_IAM_LOAD_MANAGED_POLICIES: "true", PYTHONUNBUFFERED: "1" };
}

async function readyLine(child: MotoProcess, ended: Promise<string>, options: LaunchOptions): Promise<MotoReady> {
  const timeoutMs = options.timeoutMs ?? READY_TIMEOUT_MS;
  const signals = [AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])];
  const line = new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    void ended.then((why) => reject(new Error(why)));
    AbortSignal.any(signals).addEventListener("abort", () => {
      reject(options.signal?.aborted ? options.signal.reason : new Error(`not ready within ${timeoutMs} ms`));
    });
  });
  const ready: MotoReady = JSON.parse(await line);
  return ready;
}

function endOf(child: MotoProcess, stderr: () => string): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(stderr() || `ended with ${signal ?? `exit code ${code}`}`));
  });
}

/** Keeps the end of a stream: the last lines of a traceback say what is wrong. */
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
