import { type CredentialStore, profileStore, type Task, type TaskOptions } from "@agent-roles/runtime";
import { AgentRolesError, isProfileName, isReservedProfileName } from "@agent-roles/runtime/role-env";
import type { McpContext } from "./mcp-context.ts";
import { listed, McpError } from "./mcp-error.ts";
import { type Receipt, receipt } from "./receipt.ts";

/** More than an agent works on at the same time. */
const MOST_TASKS = 50;

/** A task whose profiles are in the AWS config file. */
interface OpenTask {
  readonly task: Task;
  readonly receipts: readonly Receipt[];
}

/** What became of a task's profiles in the AWS config file. */
interface StoreOutcome {
  readonly stored: Set<string>;
  error?: AgentRolesError;
}

/** The tasks of one server. */
export interface OpenTasks {
  /**
   * Assumes the roles of a task and writes a profile for each: `<task id>.<profile>`. All of them, or none.
   *
   * @throws {McpError} `TaskOpen`, `TooManyTasks`, `InvalidArguments`, `WrongRole`; {AgentRolesError} when a role cannot be assumed.
   */
  open(options: TaskOptions & { readonly profiles: readonly string[] }): Promise<OpenTask>;
  /** Ends a task and removes its profiles. @throws {McpError} `UnknownTask`. */
  end(id: string): Promise<readonly string[]>;
  /** The task and the declared profile behind the name of a task's profile. */
  find(name: string): { readonly task: Task; readonly profile: string } | undefined;
  /** The profiles of open tasks. */
  profiles(): string[];
  /** Ends every task, and those that are being opened. */
  close(): Promise<void>;
}

/** The tasks are those of one connection, and end with it. */
export function openTasks({ roles, env, clock, identify }: McpContext): OpenTasks {
  /** Tasks that are open or being opened, with the names of their profiles. */
  const byId = new Map<string, { readonly names: readonly string[]; opened?: OpenTask }>();
  const opening = new Set<Promise<unknown>>();
  let closed = false;

  const opened = (): OpenTask[] => [...byId.values()].flatMap((entry) => entry.opened ?? []);
  const names = (): string[] => [...byId.values()].flatMap((entry) => entry.names);
  const openIds = (): string => listed(opened().map(({ task }) => task.id));

  async function openTask(options: TaskOptions & { readonly profiles: readonly string[] }): Promise<OpenTask> {
    const { id, profiles } = options;
    if (closed) throw new McpError("TaskOpen", "the server is stopping", "Start agent-roles mcp again.");
    if (byId.has(id)) {
      const fix = "Use its profiles, end it with end_task, or open a task with another ID.";
      throw new McpError("TaskOpen", `the task ${id} is open`, fix);
    }
    if (byId.size >= MOST_TASKS) {
      const fix = `End a task that is done. Open tasks: ${openIds()}.`;
      throw new McpError("TooManyTasks", `${MOST_TASKS} tasks are open`, fix);
    }
    checkNames(id, profiles);
    byId.set(id, { names: profiles.map((profile) => nameOf(id, profile)) });
    const work = start(options);
    opening.add(work);
    try {
      return await work;
    } catch (error) {
      byId.delete(id);
      throw error;
    } finally {
      opening.delete(work);
    }
  }

  function checkNames(id: string, profiles: readonly string[]): void {
    const existing = new Set([...roles.profiles().map(({ profile }) => profile), ...names()]);
    for (const profile of profiles) {
      const name = nameOf(id, profile);
      if (!isProfileName(name) || isReservedProfileName(name)) {
        const fix = "Use an ID of letters, digits and _ + . @ -, such as INC-42.";
        throw new McpError("InvalidArguments", `"${name}" is no name that AWS clients read`, fix);
      }
      if (existing.has(name)) {
        throw new McpError("TaskOpen", `there is a profile of the name ${name} already`, "Use another task ID.");
      }
    }
  }

  async function start(options: TaskOptions & { readonly profiles: readonly string[] }): Promise<OpenTask> {
    const { id, profiles, onBehalfOf } = options;
    const task = roles.task(options);
    try {
      const outcome: StoreOutcome = { stored: new Set() };
      const { done } = await task.start({ stores: [taskStore(id, outcome)] });
      for (const { failure } of task.profiles()) if (failure) throw new AgentRolesError(failure.message, failure);
      const { error, stored } = outcome;
      if (error?.code === "ProfileInUse") {
        const fix = "Open a task with another ID, or end it in the server that opened it.";
        throw new McpError("TaskOpen", `the task ${id} is open in another server with one of these profiles`, fix);
      }
      if (error?.code === "ForeignProfile") throw new McpError("TaskOpen", error.message, "Use another task ID.");
      if (error) throw error;
      if (!profiles.every((profile) => stored.has(profile))) throw notStored(id);
      const attributes = { env, identify, task: id, ...(onBehalfOf !== undefined && { sourceIdentity: onBehalfOf }) };
      const receipts = await Promise.all(
        profiles.map(async (profile) =>
          receipt(nameOf(id, profile), task.target(profile), await task.credentials(profile)(), attributes),
        ),
      );
      const open = { task, receipts };
      const entry = byId.get(id);
      if (entry) entry.opened = open;
      void done.then(() => byId.delete(id));
      if (closed) await task.end();
      return open;
    } catch (error) {
      await task.end();
      throw error;
    }
  }

  /** Gives the profiles of a task their names in the AWS config file, and notes what becomes of them. */
  function taskStore(id: string, outcome: StoreOutcome): CredentialStore {
    const store = profileStore({ env, clock, task: id });
    return {
      name: store.name,
      put: async (entries, callOptions) => {
        const renamed = entries.map(({ target, credentials }) => ({
          target: { ...target, profile: nameOf(id, target.profile) },
          credentials,
        }));
        const results = await store.put(renamed, callOptions).catch((error: unknown) => {
          if (error instanceof AgentRolesError) outcome.error ??= error;
          throw error;
        });
        return entries.flatMap(({ target }, index) => {
          const refused = results.find((each) => each.target === renamed[index]?.target);
          if (!refused) outcome.stored.add(target.profile);
          else outcome.error ??= refused.error;
          return refused ? [{ target, error: refused.error }] : [];
        });
      },
      remove: (profiles, callOptions) =>
        store.remove(
          profiles.map((profile) => nameOf(id, profile)),
          callOptions,
        ),
      missing: async (settleMs) =>
        ((await store.missing?.(settleMs)) ?? []).map((name) => name.slice(nameOf(id, "").length)),
    };
  }

  async function end(id: string): Promise<readonly string[]> {
    const found = byId.get(id)?.opened;
    if (!found) {
      const fix = opened().length > 0 ? `Open tasks: ${openIds()}.` : "No task is open. Nothing is left to end.";
      throw new McpError("UnknownTask", `no task ${JSON.stringify(id)} is open in this server`, fix);
    }
    await found.task.end();
    byId.delete(id);
    return found.receipts.map(({ profile }) => profile);
  }

  return {
    open: openTask,
    end,
    find: (name) => {
      for (const { task } of opened()) {
        const found = task.profiles().find(({ profile }) => nameOf(task.id, profile) === name);
        if (found) return { task, profile: found.profile };
      }
      return undefined;
    },
    profiles: names,
    close: async () => {
      closed = true;
      await Promise.allSettled(opening);
      await Promise.all(opened().map(({ task }) => task.end()));
    },
  };
}

function nameOf(id: string, profile: string): string {
  return `${id}.${profile}`;
}

/** A lock of another program, or a disk that does not answer. */
function notStored(id: string): AgentRolesError {
  const fix = "Open the task again. If it fails again, report it: the AWS config file cannot be written.";
  return new AgentRolesError(`the profiles of ${id} were not written`, { code: "StoreFailed", retryable: true, fix });
}
