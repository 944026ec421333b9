import { setMaxListeners } from "node:events";
import type { Clock } from "../clock.ts";
import type { OnEvent } from "../events.ts";
import type { CredentialStore, StoredCredentials } from "../stores/credential-store.ts";
import { storeWriter } from "../stores/store-writer.ts";
import type { RoleSession } from "./role-session.ts";
import { rotateSession } from "./rotate-session.ts";

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

/** What a rotation works on. */
export interface RotationContext {
  readonly sessions: readonly RoleSession[];
  /** Told of every rotated session, also of those that a reader's demand brought about. */
  readonly rotated: Set<(entry: StoredCredentials) => void>;
  readonly clock: Clock;
  readonly onEvent: OnEvent;
}

/** Rotates all sessions into all stores until the signal aborts. Resolves when every role was tried once and stored. */
export async function startRotation(context: RotationContext, options: StartOptions): Promise<Rotation> {
  const { sessions, rotated, clock, onEvent } = context;
  const signal = AbortSignal.any([options.signal]);
  // Every role listens; Node warns of more than ten.
  setMaxListeners(0, signal);

  const writers = (options.stores ?? []).map((store) => storeWriter(store, { clock, signal, onEvent }));
  const idle = async (): Promise<void> => {
    await Promise.all(writers.map((writer) => writer.idle()));
  };
  const deliver = (entry: StoredCredentials): void => {
    for (const writer of writers) writer.add(entry);
  };
  rotated.add(deliver);

  const first = Promise.all(sessions.map((session) => session.refresh())).then(idle);
  const done = Promise.all(sessions.map((session) => rotateSession(session, clock, signal))).then(() => {
    rotated.delete(deliver);
    return idle();
  });
  await Promise.race([first, done]);
  return { done };
}
