import type { OnEvent } from "../events.ts";
import type { RoleSession, SessionState } from "./role-session.ts";

/** Asks STS for all sessions, or for those that `fill` does not have already, telling how far it has come. Never rejects. */
export async function initialRefresh(
  sessions: readonly RoleSession[],
  onEvent: OnEvent,
  fill = (session: RoleSession): SessionState | Promise<SessionState> => session.refresh(),
): Promise<SessionState[]> {
  const total = sessions.length;
  let done = 0;
  let failed = 0;
  return Promise.all(
    sessions.map(async (session) => {
      const state = await fill(session);
      done += 1;
      if (state.failure) failed += 1;
      onEvent({ type: "initialProgress", done, failed, total });
      return state;
    }),
  );
}
