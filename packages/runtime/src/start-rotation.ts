import type { Clock } from "./clock.ts";
import type { OnEvent } from "./events.ts";
import type { TargetRole } from "./role-env/index.ts";
import { isValid } from "./session/credentials.ts";
import type { CredentialStore, StoredCredentials } from "./stores/credential-store.ts";
import { storeWriter } from "./stores/store-writer.ts";
import type { RoleSession, SessionState } from "./rotation/role-session.ts";
import { rotationLoop } from "./rotation/rotation-loop.ts";

/** A look at the cache is a read of one small file for each failed role, and of a file's time for the others. */
const LOOK_EVERY_MS = 5_000;

export interface StartOptions {
  /** Where rotated credentials go. Default: nowhere but this process. */
  readonly stores?: readonly CredentialStore[];
  /** Stops the rotation. */
  readonly signal: AbortSignal;
}

/** The rotation that `start` began. */
export interface Rotation {
  /** Resolves when the signal has stopped it and no write is under way. */
  readonly done: Promise<void>;
}

/** Receives what happens to the sessions. */
export interface RotationListener {
  /** A role has new credentials: by rotation, or because a reader asked. */
  readonly rotated: (entry: StoredCredentials) => void;
  /** A profile is removed, or means another role now. */
  readonly removed: (target: TargetRole) => void;
  /** Some session is now due at this time, milliseconds since the epoch. */
  readonly due: (at: number) => void;
  /** Someone asks for everything that failed to be tried again at once. */
  readonly retry: () => void;
}

/** What a rotation works on. */
export interface RotationContext {
  readonly members: () => readonly { readonly target: TargetRole; readonly session: RoleSession }[];
  readonly listeners: Set<RotationListener>;
  readonly clock: Clock;
  readonly onEvent: OnEvent;
  /** Whether a store can have this session: neither expired nor revoked. */
  readonly canStore: (entry: StoredCredentials) => boolean;
}

/**
 * Rotates all sessions into all stores until the signal aborts. Resolves when every role was tried once and stored; one that
 * a reader has had assumed already is only stored.
 */
export async function startRotation(context: RotationContext, options: StartOptions): Promise<Rotation> {
  const { members, listeners, clock, onEvent, canStore } = context;
  const { signal, stores = [] } = options;
  if (signal.aborted) return { done: Promise.resolve() };
  const writers = stores.map((store) => storeWriter(store, { clock, signal, onEvent, canStore }));
  const idle = async (): Promise<void> => {
    await Promise.all(writers.map((writer) => writer.idle()));
  };

  const sessions = (): RoleSession[] => members().map(({ session }) => session);
  const filled = initialRefresh(sessions(), onEvent, (session) =>
    session.isFresh() ? session.state() : session.refresh(),
  );
  const loop = rotationLoop(sessions, clock, signal);
  const listener: RotationListener = {
    rotated: (entry) => {
      for (const writer of writers) writer.add(entry);
    },
    removed: (target) => {
      for (const writer of writers) writer.remove(target);
    },
    due: loop.wakeBy,
    retry: () => {
      for (const writer of writers) void writer.retry();
    },
  };
  for (const { target, session } of members()) {
    const { credentials } = session.state();
    if (isValid(credentials, clock.now())) listener.rotated({ target, credentials });
  }
  listeners.add(listener);

  const done = loop.done.then(() => {
    listeners.delete(listener);
    return idle();
  });
  // Roles can come later: where there are none, too.
  if (sessions().every(({ look }) => look)) void lookAtOthers(sessions, clock, signal);
  await Promise.race([filled.then(idle), done]);
  return { done };
}

/** With the same cache, another process can succeed while a role waits for its next try here, or revoke sessions. */
async function lookAtOthers(sessions: () => readonly RoleSession[], clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    if (!signal.aborted) await Promise.all(sessions().map(async (session) => session.look?.()));
  }
}

/** Refreshes all sessions, or those that `refresh` does not have already, and reports the progress. Never rejects. */
export async function initialRefresh(
  sessions: readonly RoleSession[],
  onEvent: OnEvent,
  refresh = (session: RoleSession): SessionState | Promise<SessionState> => session.refresh(),
): Promise<SessionState[]> {
  const total = sessions.length;
  let done = 0;
  let failed = 0;
  return Promise.all(
    sessions.map(async (session) => {
      const state = await refresh(session);
      done += 1;
      if (state.failure) failed += 1;
      onEvent({ type: "initialProgress", done, failed, total });
      return state;
    }),
  );
}
