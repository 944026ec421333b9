import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { AgentRoles } from "../create-agent-roles.ts";
import { type OnEvent, guardListener } from "../events.ts";
import { parseRoleEnv } from "../role-env/index.ts";
import { noAnswer, withTimeout } from "../with-timeout.ts";
import type { RoleEnvSource } from "./role-env-source.ts";

/** What never answers, such as a credential process of the master, must not block the next look. */
const READ_LIMIT_MS = 60_000;

export interface FollowRolesOptions {
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Receives `rolesUnreadable`; the roles themselves report what changed. */
  readonly onEvent?: OnEvent;
}

/** Role definitions that are watched for changes. */
export interface FollowedRoles {
  /** Looks at once, and retries failed roles. Resolves when the definitions are in use; never rejects. */
  readonly reload: () => Promise<void>;
  /** Resolves when the signal has ended it. */
  readonly done: Promise<void>;
}

/**
 * Applies changes of the role definitions while the agent runs. Definitions that cannot be read, have a mistake or declare no
 * role are reported once and change nothing.
 */
export function followRoles(roles: AgentRoles, source: RoleEnvSource, options: FollowRolesOptions): FollowedRoles {
  const { signal, clock = systemClock } = options;
  const onEvent = guardListener(options.onEvent ?? (() => undefined));
  let reported: string | undefined;
  let reading = Promise.resolve();
  let queued: Promise<void> | undefined;

  async function look(): Promise<void> {
    try {
      const error = (): AgentRolesError => noAnswer(source.name(), READ_LIMIT_MS);
      const env = await withTimeout(() => source.read(), { limitMs: READ_LIMIT_MS, clock, error });
      // A tool that writes the file can have emptied it first; and an agent without roles has no reason to run.
      if (parseRoleEnv(env).roles.length === 0) throw noRole(source.name());
      roles.update(env);
      reported = undefined;
    } catch (cause) {
      const error = toAgentRolesError(cause, {
        code: "RolesUnreadable",
        retryable: true,
        fix: "Check the message above.",
      });
      if (error.message === reported) return;
      reported = error.message;
      onEvent({ type: "rolesUnreadable", source: source.name(), error });
    }
  }

  /** One look at a time: an older one must not undo what a newer one found. Calls during a look share the next one. */
  function queueLook(): Promise<void> {
    queued ??= reading.then(() => {
      queued = undefined;
      reading = signal.aborted ? Promise.resolve() : look();
      return reading;
    });
    return queued;
  }

  async function poll(): Promise<void> {
    for (let ms = source.pollMs(); ms !== undefined && !signal.aborted; ms = source.pollMs()) {
      await clock.sleep(ms, signal);
      await queueLook();
    }
  }

  // A look that hangs must not hold up the end. One race for all looks: each would stay with the signal's promise for ever.
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const reload = async (): Promise<void> => {
    await queueLook();
    if (!signal.aborted) roles.retry();
  };
  return { reload, done: Promise.race([poll(), aborted]) };
}

function noRole(source: string): AgentRolesError {
  const fix = "Declare AWS_ROLE_1. To remove every role, stop the agent.";
  return new AgentRolesError(`${source} declares no AWS_ROLE_N`, { code: "RolesUnreadable", retryable: true, fix });
}
