import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { AgentRolesEvent, CredentialStore, SessionCredentials, Task } from "@agent-roles/runtime";
import {
  cacheDirectory,
  type PrivateDirectory,
  privateDirectory,
  refreshAt,
  sweepPrivateDirectories,
} from "@agent-roles/runtime/cache";
import { sleepUntil } from "@agent-roles/runtime/clock";
import { profileStore } from "@agent-roles/runtime/stores";
import {
  AgentRolesError,
  type Env,
  formatDiagnostic,
  noRoles,
  parseRoleEnv,
  type TargetRole,
} from "@agent-roles/runtime/role-env";
import type { CliContext } from "../cli-context.ts";
import { failureLine } from "../credential-process/failure-line.ts";
import { envSource } from "../env-source.ts";
import { readerSessions } from "../reader-sessions.ts";
import { childEnv, roleVariables } from "./child-env.ts";
import type { ExecOptions } from "./exec-options.ts";
import { CommandNotStarted, exitCodeOfSignal, runCommand, type RunningCommand } from "./run-command.ts";

/** What `exec` takes from its surroundings. */
export interface ExecContext extends Pick<CliContext, "env" | "exportEnv" | "clock" | "err"> {
  /** Calls the listener at each signal that would end this process. */
  readonly onSignal: (listener: (signal: NodeJS.Signals) => void) => void;
  /** Whether there is a terminal: it sends the signals of its keys to the command as well. */
  readonly hasTerminal: boolean;
}

/** A terminal sends these to all processes in its foreground. */
const OF_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGQUIT"]);

/** A last write can wait for a lock; the files are removed without it. */
const LAST_WRITE_MS = 2_000;

/** Where the private directories are, below the cache. */
export function execDirectory(env: Env): string {
  return resolve(cacheDirectory(env), "exec");
}

/** Removes what an `exec` that was killed has left. Never fails: without a home directory there is nothing. */
export async function sweepExecDirectories(env: Env): Promise<void> {
  await Promise.resolve(env)
    .then((from) => sweepPrivateDirectories(execDirectory(from)))
    .catch(() => undefined);
}

/**
 * Runs one command that sees the named profiles only, and keeps their credentials fresh until it ends.
 *
 * @returns the command's exit code; 1 when a role cannot be assumed.
 * @throws {AgentRolesError} `UnknownProfile`, `InvalidRoleEnv`, `RolesUnreadable`, `StoreFailed`.
 */
export async function exec(context: ExecContext, options: ExecOptions): Promise<number> {
  const stop = new AbortController();
  let running: RunningCommand | undefined;
  const interrupted = new Promise<number>((end) => {
    context.onSignal((signal) => {
      if (!running) end(exitCodeOfSignal(signal));
      else if (!(context.hasTerminal && OF_TERMINAL.has(signal))) running.kill(signal);
    });
  });
  const cleanUp: (() => Promise<unknown>)[] = [];

  async function work(): Promise<number> {
    const env = withTask(await envSource(context, options.envFile, options).read(), options);
    const roleEnv = parseRoleEnv(env);
    for (const warning of roleEnv.warnings) context.err(`warning: ${formatDiagnostic(warning)}`);
    if (roleEnv.roles.length === 0) throw noRoles(env);
    if (roleEnv.task !== undefined && roleEnv.sourceIdentity === undefined)
      context.err("warning: the task has no person, so AWS does not record who asked; fix: Add --on-behalf-of PERSON.");
    const targets = selected(roleEnv.roles, options.profiles);
    const onWarning = ({ message, fix }: AgentRolesError): void => context.err(`warning: ${message}; ${fix}`);
    const task =
      roleEnv.task === undefined
        ? undefined
        : await openTask(context, { env, targets, options, isRunning: () => running !== undefined });
    const session = task
      ? ({ profile }: TargetRole) => task.credentials(profile)()
      : readerSessions({ env, roleEnv, clock: context.clock, onWarning });
    const results = await Promise.allSettled(targets.map(session));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    for (const failure of failures) {
      if (!(failure instanceof AgentRolesError)) throw failure;
      context.err(failureLine(failure));
    }
    if (failures.length > 0) return 1;
    const sessions = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));

    if (stop.signal.aborted) return 1;
    const opened = privateDirectory(execDirectory(env));
    const written = opened.then(async ({ path }) => {
      const files = { directory: path, configFile: join(path, "config"), credentialsFile: join(path, "credentials") };
      await writeFile(files.credentialsFile, "", { mode: 0o600 });
      const store = profileStore({ env: childEnv(env, [], files) });
      await store.put(targets.flatMap((target, index) => entry(target, sessions[index])));
      return { files, store };
    });
    cleanUp.push(async () => {
      // A signal can come while the files are written.
      await written.catch(() => undefined);
      await (await opened).remove();
    });
    const [directory, { files, store }] = await Promise.all([opened, written]);

    if (stop.signal.aborted) return 1;
    running = runCommand(options.command, childEnv(env, targets, files));
    const rotation = task
      ? rotateTask(context, task, store)
      : rotate(context, {
          env: roleVariables(env, targets),
          store,
          directory,
          dueAt: Math.min(...sessions.map(refreshAt)),
          signal: stop.signal,
        });
    const ended = (): Promise<void> => task?.end() ?? rotation;
    cleanUp.push(() => Promise.race([ended(), context.clock.sleep(LAST_WRITE_MS, new AbortController().signal)]));
    return running.exitCode;
  }

  try {
    return await Promise.race([interrupted, work()]);
  } catch (error) {
    if (!(error instanceof CommandNotStarted)) throw error;
    context.err(`error: ${error.message}\n  fix: ${error.fix}`);
    return error.exitCode;
  } finally {
    stop.abort();
    for (const step of cleanUp.toReversed()) await step();
  }
}

/** The variables with the task of the command line. @throws {AgentRolesError} `InvalidRequest` for options of a task without one. */
function withTask(env: Env, { task, onBehalfOf, ttlSeconds }: ExecOptions): Env {
  const withFlags = {
    ...env,
    ...(task !== undefined && { AGENT_ROLES_TASK: task }),
    ...(onBehalfOf !== undefined && { AGENT_ROLES_ON_BEHALF_OF: onBehalfOf }),
  };
  const stray = onBehalfOf !== undefined ? "--on-behalf-of" : ttlSeconds !== undefined && "--ttl";
  if (!stray || withFlags["AGENT_ROLES_TASK"]) return withFlags;
  throw new AgentRolesError(`${stray} needs a task`, { code: "InvalidRoleEnv", fix: "Add --task ID." });
}

interface OpenTaskOptions {
  readonly env: Env;
  readonly targets: readonly TargetRole[];
  readonly options: ExecOptions;
  /** Until then the caller prints the failures. */
  readonly isRunning: () => boolean;
}

/** A task of its own for the command: its sessions are not in the cache. */
async function openTask({ clock, err }: ExecContext, task: OpenTaskOptions): Promise<Task> {
  const { env, targets, options, isRunning } = task;
  const { createAgentRoles } = await import("@agent-roles/runtime");
  const onEvent = (event: AgentRolesEvent): void => {
    if ("error" in event && isRunning()) err(failureLine(event.error));
  };
  const roles = createAgentRoles({ env: roleVariables(env, targets), clock, cache: true, onEvent });
  const { AGENT_ROLES_TASK: id = "", AGENT_ROLES_ON_BEHALF_OF: onBehalfOf } = env;
  const { ttlSeconds } = options;
  return roles.task({ id, ...(onBehalfOf && { onBehalfOf }), ...(ttlSeconds !== undefined && { ttlSeconds }) });
}

/** Keeps the private files fresh until the task ends, which removes them. */
async function rotateTask({ err, clock }: ExecContext, task: Task, store: CredentialStore): Promise<void> {
  const { done } = await task.start({ stores: [store] });
  await done;
  if (task.endsAt && clock.now() >= task.endsAt.getTime())
    err(`agent-roles: the task ${task.id} has ended; the command has no more credentials`);
}

/** The named roles. @throws {AgentRolesError} `UnknownProfile` for none, a name that is not declared, or the same one twice. */
function selected(roles: readonly TargetRole[], profiles: readonly string[]): TargetRole[] {
  const fix = `Declared profiles: ${roles.map(({ profile }) => profile).join(", ")}.`;
  const refuse = (message: string): AgentRolesError => new AgentRolesError(message, { code: "UnknownProfile", fix });
  if (profiles.length === 0) throw refuse("exec needs --profile: there is no default profile");
  return profiles.map((profile, index) => {
    const target = roles.find((role) => role.profile === profile);
    if (!target) throw refuse(`no AWS_ROLE_N declares the profile ${JSON.stringify(profile)}`);
    if (profiles.indexOf(profile) !== index) throw refuse(`--profile ${profile} is given twice`);
    return target;
  });
}

function entry(target: TargetRole, credentials: SessionCredentials | undefined) {
  return credentials ? [{ target, credentials }] : [];
}

interface RotateOptions {
  /** With the selected roles only. */
  readonly env: Env;
  readonly store: CredentialStore;
  readonly directory: PrivateDirectory;
  /** When the first session is due, milliseconds since the epoch. Until then the SDK is not loaded. */
  readonly dueAt: number;
  readonly signal: AbortSignal;
}

/** Keeps the private files fresh until the signal aborts. Never rejects: the command goes on, and failures are printed. */
async function rotate({ clock, err }: ExecContext, options: RotateOptions): Promise<void> {
  const { env, store, directory, dueAt, signal } = options;
  const onEvent = (event: AgentRolesEvent): void => {
    if (event.type === "stored") void directory.touch();
    else if ("error" in event) err(failureLine(event.error));
  };
  try {
    await sleepUntil(dueAt, clock, signal);
    if (signal.aborted) return;
    const { createAgentRoles } = await import("@agent-roles/runtime");
    const { done } = await createAgentRoles({ env, clock, cache: true, onEvent }).start({ stores: [store], signal });
    await done;
  } catch (error) {
    err(`agent-roles: ${error instanceof Error ? error.message : String(error)}`);
  }
}
