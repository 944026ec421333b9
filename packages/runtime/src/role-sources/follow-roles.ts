import { AgentRolesError } from "../agent-roles-error.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { AgentRoles } from "../create-agent-roles.ts";
import { type OnEvent, guardListener } from "../events.ts";
import { parseRoleEnv } from "../role-env/index.ts";
import { withTimeout } from "../with-timeout.ts";
import type { RoleEnvSource } from "./role-env-source.ts";

/** What never answers, such as a credential process of the master, must not be waited for for ever. */
const READ_LIMIT_MS = 60_000;

export interface FollowRolesOptions {
  /** Ends the following. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Told `rolesUnreadable`; what changed is told by the roles themselves. */
  readonly onEvent?: OnEvent;
}

/** Role definitions that are being followed. */
export interface FollowedRoles {
  /** Looks at once. Resolves when what was found is in force; never rejects. */
  readonly reload: () => Promise<void>;
  /** Resolves when the signal has ended it. */
  readonly done: Promise<void>;
}

/**
 * Brings changes of the role definitions into force while the agent runs. Definitions that cannot be read, have a mistake or
 * declare no role at all are told once and change nothing.
 */
export function followRoles(roles: AgentRoles, source: RoleEnvSource, options: FollowRolesOptions): FollowedRoles {
  const { signal, clock = systemClock } = options;
  const onEvent = guardListener(options.onEvent ?? (() => undefined));
  let told: string | undefined;
  let reading = Promise.resolve();
  let queued: Promise<void> | undefined;

  async function look(): Promise<void> {
    try {
      const env = await withTimeout(source.read(), { limitMs: READ_LIMIT_MS, subject: source.name(), clock });
      // Whoever writes the file anew may have emptied it first; and an agent without roles has no reason to run.
      if (parseRoleEnv(env).roles.length === 0) throw noRole(source.name());
      roles.update(env);
      told = undefined;
    } catch (cause) {
      const error = asUnreadable(cause);
      if (error.message === told) return;
      told = error.message;
      onEvent({ type: "rolesUnreadable", source: source.name(), error });
    }
  }

  /** One look at a time: an older one must not undo what a newer one found. Who asks while one is under way shares the next. */
  function reload(): Promise<void> {
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
      await reload();
    }
  }

  // A look that hangs must not hold up the end. One race for all looks: each would stay with the signal's promise for ever.
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  return { reload, done: Promise.race([poll(), aborted]) };
}

function noRole(source: string): AgentRolesError {
  const fix = "declare AWS_ROLE_1; to let go of every role, stop the agent";
  return new AgentRolesError(`${source} declares no AWS_ROLE_N`, { code: "RolesUnreadable", retryable: true, fix });
}

function asUnreadable(cause: unknown): AgentRolesError {
  if (cause instanceof AgentRolesError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new AgentRolesError(message, { code: "RolesUnreadable", retryable: true, fix: "it is read again", cause });
}
