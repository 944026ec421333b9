import type { OnEvent } from "./events.ts";
import type { RoleSession, SessionState } from "./rotation/role-session.ts";

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
