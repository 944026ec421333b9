import type { Clock } from "../clock.ts";
import type { TargetRole } from "../role-env/index.ts";
import { advisoryRefreshAt } from "../rotation/refresh-schedule.ts";
import { isValid, type SessionCredentials } from "../session-credentials.ts";
import type { AssumeRole } from "../sts/assume-role.ts";
import { targetRequest } from "../sts/role-request.ts";
import { failureError } from "./cache-entry.ts";
import { readerAnswer } from "./reader.ts";
import type { SessionCache } from "./session-cache.ts";
import type { SessionOrigin } from "./session-key.ts";

export interface ReaderOptions {
  readonly cache: SessionCache;
  readonly origin: SessionOrigin;
  /** Asks STS. */
  readonly assumeRole: AssumeRole;
  readonly clock: Clock;
}

/**
 * A role's session for a reader that refreshes itself and is a process of its own: what the cache has as long as it lasts, else
 * what STS says to the first of all such readers, else what is still valid.
 *
 * @throws {AgentRolesError} when nothing valid is left; STS is not asked anew in the pause after a failure.
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
