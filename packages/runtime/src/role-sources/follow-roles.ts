import { AgentRolesError } from "../agent-roles-error.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { AgentRoles } from "../create-agent-roles.ts";
import { type OnEvent, tellSafely } from "../events.ts";
import type { RoleEnvSource } from "./role-env-source.ts";

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
 * Brings changes of the role definitions into force while the agent runs. Definitions that cannot be read, or have a mistake, are
 * told once and change nothing.
 */
export function followRoles(roles: AgentRoles, source: RoleEnvSource, options: FollowRolesOptions): FollowedRoles {
  const { signal, clock = systemClock } = options;
  const onEvent = tellSafely(options.onEvent ?? (() => undefined));
  let told: string | undefined;
  let reading: Promise<void> | undefined;

  async function look(): Promise<void> {
    try {
      roles.update(await source.read());
      told = undefined;
    } catch (cause) {
      const error = asUnreadable(cause);
      if (error.message === told) return;
      told = error.message;
      onEvent({ type: "rolesUnreadable", source: source.name(), error });
    }
  }

  /** One look at a time: an older one must not undo what a newer one found. */
  function reload(): Promise<void> {
    reading = (reading ?? Promise.resolve()).then(() => (signal.aborted ? undefined : look()));
    return reading;
  }

  async function poll(): Promise<void> {
    for (let ms = source.pollMs(); ms !== undefined && !signal.aborted; ms = source.pollMs()) {
      await clock.sleep(ms, signal);
      await reload();
    }
  }

  return { reload, done: poll() };
}

function asUnreadable(cause: unknown): AgentRolesError {
  if (cause instanceof AgentRolesError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new AgentRolesError(message, { code: "RolesUnreadable", retryable: true, fix: "it is read again", cause });
}
