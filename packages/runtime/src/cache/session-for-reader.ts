import type { Clock } from "../clock.ts";
import type { TargetRole } from "../role-env/index.ts";
import { advisoryRefreshAt } from "../session/refresh-schedule.ts";
import { isValid, type SessionCredentials } from "../session/credentials.ts";
import { type AssumeRole, targetRequest } from "../session/role-request.ts";
import { failureError } from "./cache-entry.ts";
import { readerAnswer } from "./reader.ts";
import type { CallerOrigin, SessionCache } from "./session-cache.ts";

export interface ReaderOptions {
  readonly cache: SessionCache;
  readonly origin: CallerOrigin;
  /** Calls STS. */
  readonly assumeRole: AssumeRole;
  readonly clock: Clock;
}

/**
 * A role's session for a process that refreshes on its own (`credential_process`): what the cache has as long as it lasts, else
 * STS's answer to the first of these processes, else what is still valid.
 *
 * @throws {AgentRolesError} when nothing valid is left; STS is not called again in the pause after a failure.
 */
export async function sessionForReader(target: TargetRole, options: ReaderOptions): Promise<SessionCredentials> {
  const { cache, origin, assumeRole, clock } = options;
  const answer = readerAnswer(await cache.read(target, origin), clock.now());
  switch (answer.kind) {
    case "session":
      return answer.session;
    case "failure":
      throw failureError(answer.failure);
    case "ask":
      try {
        const lasts = (session: SessionCredentials): boolean => clock.now() < advisoryRefreshAt(session);
        return await cache.assumeRole(assumeRole, origin)(targetRequest(target), lasts);
      } catch (error) {
        if (isValid(answer.valid, clock.now())) return answer.valid;
        throw error;
      }
  }
}
