import { existsSync } from "node:fs";
import { abortedStart, SandboxError } from "../sandbox-error.ts";
import { findOnPath, pythonsOf } from "./find-moto-server.ts";
import { type LaunchOptions, launchMoto, type MotoServer } from "./launch-moto.ts";
import { findPython } from "./find-python.ts";
import { MOTO_REQUIREMENTS } from "./moto-program.ts";
import { environmentPython, installMoto, privateEnvironment } from "./private-environment.ts";
import { writableByOthers } from "./writable-by-others.ts";

export interface StartMotoOptions extends LaunchOptions {
  /** Path of a `moto_server`, or of a Python with moto 5.2; nothing else is tried. Default: `AGENT_ROLES_MOTO_SERVER`. */
  readonly motoServer?: string | undefined;
  /** Python that creates the private virtual environment. Default: the first on `PATH` that is 3.10 or newer. */
  readonly python?: string | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** One way to find a Python with moto, tried only when the ones before it failed. */
interface Candidate {
  readonly from: string;
  readonly python: () => Promise<string>;
}

/**
 * Starts moto with the first of these that works: the given one; each `moto_server` on `PATH`; the private virtual
 * environment; a new private virtual environment.
 *
 * @throws SandboxError `MotoNotFound`, with everything that was tried and why it failed; `Aborted`.
 */
export async function startMoto(options: StartMotoOptions): Promise<MotoServer> {
  const failures: string[] = [];
  for (const { from, python } of await candidates(options)) {
    try {
      const interpreter = await python();
      const risk = await writableByOthers(interpreter);
      if (risk !== undefined) throw new Error(`not used: ${risk}`);
      return await launchMoto(interpreter, options);
    } catch (error) {
      if (options.signal?.aborted) throw abortedStart(error);
      failures.push(`${from}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const tried = failures.map((failure) => `  - ${failure.replaceAll("\n", "\n    ")}`).join("\n");
  throw new SandboxError(`no usable moto_server; tried\n${tried}`, { code: "MotoNotFound", fix: fixFor(tried) });
}

async function candidates(options: StartMotoOptions): Promise<Candidate[]> {
  const path = options.env["PATH"];
  const explicit = options.motoServer ?? options.env["AGENT_ROLES_MOTO_SERVER"];
  if (explicit) return serverCandidates(explicit, path);
  const servers = await findOnPath("moto_server", path);
  const onPath = await Promise.all(servers.map((server) => serverCandidates(server, path)));
  const directory = privateEnvironment(options.env);
  const existing = environmentPython(directory);
  return [
    ...onPath.flat(),
    ...(existsSync(existing) ? [{ from: directory, python: () => Promise.resolve(existing) }] : []),
    { from: `a new virtual environment in ${directory}`, python: () => install(options) },
  ];
}

async function serverCandidates(server: string, path: string | undefined): Promise<Candidate[]> {
  const unusable = (message: string): Candidate[] => [
    { from: server, python: () => Promise.reject(new Error(message)) },
  ];
  if (!existsSync(server)) return unusable("no such file");
  const pythons = await pythonsOf(server, path);
  if (pythons.length === 0) return unusable("no Python interpreter in its first line or beside it");
  return pythons.map((python) => ({ from: `${server} (${python})`, python: () => Promise.resolve(python) }));
}

async function install(options: StartMotoOptions): Promise<string> {
  return installMoto({ ...options, python: options.python ?? (await findPython(options.env)) });
}

function fixFor(tried: string): string {
  if (/ensurepip|No module named venv/.test(tried)) {
    return "Install Python's venv module (Debian, Ubuntu: apt-get install python3-venv), or moto: pip install 'moto[server]>=5.2,<6'.";
  }
  if (/^\s*- .*not used: /m.test(tried)) {
    return "Remove the write permission of others from that path (chmod go-w), or name another Python in AGENT_ROLES_MOTO_SERVER.";
  }
  if (/no python3 on PATH|no usable Python 3\.10/.test(tried)) return "Install Python 3.10 or newer.";
  const requirements = MOTO_REQUIREMENTS.map((requirement) => `'${requirement}'`).join(" ");
  return `Check that Python 3.10 or newer can reach its package index, or install by hand: python3 -m venv ~/moto && ~/moto/bin/pip install ${requirements} && export AGENT_ROLES_MOTO_SERVER=~/moto/bin/moto_server`;
}
